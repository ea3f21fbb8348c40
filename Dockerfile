# docker build -t roadmate . && docker run --read-only -v roadmate:/data -e DISCORD_TOKEN roadmate

FROM python:3.12-slim AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
WORKDIR /src
COPY requirements ./requirements
RUN pip install --no-deps --require-hashes -r requirements/build.txt \
 && python -m venv /opt/roadmate \
 && /opt/roadmate/bin/pip install --no-deps --require-hashes -r requirements/run.txt
COPY . .
RUN pip wheel --no-deps --no-build-isolation --wheel-dir /wheels . \
 && /opt/roadmate/bin/pip install --no-deps --no-index /wheels/*.whl \
 && /opt/roadmate/bin/pip uninstall --yes pip

FROM python:3.12-slim
# Pillow joins and orders the letters of Arabic, Hindi and the like with it; it is in no package of Python's.
RUN apt-get update && apt-get install --yes --no-install-recommends libfribidi0 && rm -rf /var/lib/apt/lists/*
COPY --from=build /opt/roadmate /opt/roadmate
# Nothing is written outside /data, so the root file system may be read-only.
ENV PATH=/opt/roadmate/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    DATABASE_URL=sqlite:////data/roadmate.db
RUN mkdir /data && chown 10001:10001 /data
USER 10001:10001
WORKDIR /data
VOLUME /data
# Asks /healthz of the running bot, wherever the settings put it, and loads no database for that.
HEALTHCHECK --interval=30s --timeout=10s --start-period=60s CMD ["roadmate", "doctor", "--quick"]
STOPSIGNAL SIGTERM
ENTRYPOINT ["roadmate"]
CMD ["run"]
