"""The MLOps roadmap says everything that the article says, and can be studied as it stands."""

# ruff: noqa: E501 -- titles and addresses are as long as their authors made them

from math import ceil

import pytest

from bot.study.roadmap import Roadmap, Topic
from bot.study.roadmap_files import default_folder, load_file

# topic, title, authors, kind and address of every resource that the article names
ARTICLE = [
    (
        "python",
        "Python Crash Course, 3rd Edition: A Hands-On, Project-Based Introduction to Programming",
        ("Eric Matthes",),
        "book",
        "https://nostarch.com/python-crash-course-3rd-edition",
    ),
    ("python", "LeetCode problems", (), "practice", "https://leetcode.com/problemset/"),
    ("python", "Learn Python 3", (), "course", "https://www.codecademy.com/learn/learn-python-3"),
    ("python", "Python fundamentals", (), "track", "https://www.datacamp.com/tracks/python-fundamentals"),
    ("python", "Python programming", (), "track", "https://www.datacamp.com/tracks/python-programming"),
    (
        "python",
        "Installing Python, using virtual environments, and working with an IDE",
        (),
        "practice",
        "https://marvelousmlops.substack.com/p/the-right-way-to-install-python-on",
    ),
    (
        "bash-and-editors",
        "The Linux Command Line, 2nd Edition",
        ("William E. Shotts",),
        "book",
        "https://linuxcommand.org/tlcl.php",
    ),
    (
        "bash-and-editors",
        "Bash Mastery: The Complete Guide to Bash Shell Scripting",
        (),
        "course",
        "https://www.udemy.com/course/bash-mastery/",
    ),
    (
        "bash-and-editors",
        "How to Use Vim \u2013 Tutorial for Beginners",
        ("Arunachalam B",),
        "tutorial",
        "https://www.freecodecamp.org/news/vim-beginners-guide/",
    ),
    ("docker", "Docker roadmap", (), "roadmap", "https://roadmap.sh/docker"),
    (
        "docker",
        "Docker Tutorial for Beginners [FULL COURSE in 3 Hours]",
        ("TechWorld with Nana",),
        "tutorial",
        "https://www.youtube.com/watch?v=3c-iBn73dDE",
    ),
    ("kubernetes", "Kubernetes roadmap", (), "roadmap", "https://roadmap.sh/kubernetes"),
    (
        "kubernetes",
        "Kubernetes Course - Full Beginners Tutorial (Containerize Your Apps!)",
        (),
        "course",
        "https://www.youtube.com/watch?v=d6WC5n9G_sM",
    ),
    (
        "kubernetes",
        "Kubernetes Mastery: Hands-On Lessons From A Docker Captain",
        ("Bret Fisher",),
        "course",
        "https://www.udemy.com/course/kubernetesmastery/",
    ),
    ("ml-fundamentals", "mlcourse.ai", (), "course", "https://mlcourse.ai/"),
    (
        "ml-fundamentals",
        "Applied Machine Learning and AI for Engineers: Solve Business Problems That Can't Be Solved Algorithmically",
        ("Jeff Prosise",),
        "book",
        "https://www.oreilly.com/library/view/applied-machine-learning/9781492098041/",
    ),
    (
        "mlops-principles",
        "Designing Machine Learning Systems: An Iterative Process for Production-Ready Applications",
        ("Chip Huyen",),
        "book",
        "https://www.oreilly.com/library/view/designing-machine-learning/9781098107956/",
    ),
    (
        "mlops-principles",
        "Introducing MLOps: How to Scale Machine Learning in the Enterprise",
        ("Mark Treveil", "Dataiku"),
        "book",
        "https://www.oreilly.com/library/view/introducing-mlops/9781492083283/",
    ),
    (
        "mlops-principles",
        "MLOps maturity assessment",
        ("Maria Vechtomova",),
        "article",
        "https://marvelousmlops.substack.com/p/mlops-maturity-assessment",
    ),
    (
        "mlops-components",
        "Machine Learning Engineering with Python, Second Edition",
        ("Andy McMahon",),
        "book",
        "https://www.packtpub.com/product/machine-learning-engineering-with-python-second-edition/9781837631964",
    ),
    (
        "mlops-components",
        "Made with ML MLOps course",
        ("Goku Mohandas",),
        "course",
        "https://madewithml.com/",
    ),
    (
        "mlops-components",
        "The Full Stack 7-Steps MLOps Framework",
        ("Paul Iusztin",),
        "course",
        "https://github.com/iusztinpaul/energy-forecasting",
    ),
    (
        "version-control-ci-cd",
        "Learning GitHub Actions",
        ("Brent Laster",),
        "book",
        "https://www.oreilly.com/library/view/learning-github-actions/9781098131067/",
    ),
    (
        "version-control-ci-cd",
        "Learning Git: A Hands-On and Visual Guide to the Basics of Git",
        ("Anna Skoulikari",),
        "book",
        "https://www.oreilly.com/library/view/learning-git/9781098133900/",
    ),
    (
        "version-control-ci-cd",
        "Git and GitHub for Beginners (freeCodeCamp)",
        (),
        "tutorial",
        "https://www.youtube.com/watch?v=RGOj5yH7evk",
    ),
    (
        "version-control-ci-cd",
        "Taking Python to Production: A Professional Onboarding Guide",
        ("Eric Riddoch",),
        "course",
        "https://www.udemy.com/course/setting-up-the-linux-terminal-for-software-development/",
    ),
    (
        "version-control-ci-cd",
        "Welcome to pre-commit heaven",
        (),
        "practice",
        "https://marvelousmlops.substack.com/p/welcome-to-pre-commit-heaven",
    ),
    (
        "orchestration",
        "Introduction to Apache Airflow in Python",
        (),
        "course",
        "https://www.datacamp.com/courses/introduction-to-apache-airflow-in-python",
    ),
    (
        "experiment-tracking",
        "MLflow in Action - Master the art of MLOps using MLflow tool",
        ("J Garg - Real Time Learning",),
        "course",
        "https://www.udemy.com/course/mlflow-course/",
    ),
    (
        "experiment-tracking",
        "End-to-End Machine Learning: From Idea to Implementation",
        (),
        "course",
        "https://www.udemy.com/course/sustainable-and-scalable-machine-learning-project-development/",
    ),
    (
        "data-lineage-feature-stores",
        "Feature Storage for ML with Feast, Part 1: Building a Local Feature Store Infrastructure for Training and Prediction",
        (),
        "tutorial",
        "https://kedion.medium.com/creating-a-feature-store-with-feast-part-1-37c380223e2f",
    ),
    (
        "data-lineage-feature-stores",
        "Creating a feature store with Feast part 2",
        (),
        "tutorial",
        "https://kedion.medium.com/feature-storage-for-ml-with-feast-part-2-34df1971a8d3",
    ),
    (
        "data-lineage-feature-stores",
        "Creating a Feature Store with Feast Part 3: Building An API and React App for Feast",
        (),
        "tutorial",
        "https://kedion.medium.com/feature-storage-for-ml-with-feast-a061899fc4a2",
    ),
    (
        "model-training-serving",
        "ml-deployment-k8s-fastapi",
        ("Sayak Paul", "Chansung Park"),
        "repository",
        "https://github.com/sayakpaul/ml-deployment-k8s-fastapi",
    ),
    (
        "model-training-serving",
        "How to Build a Machine Learning App with FastAPI: Dockerize and Deploy the FastAPI Application to Kubernetes",
        ("Bravin Wasike",),
        "tutorial",
        "https://dev.to/bravinsimiyu/beginner-guide-on-how-to-build-a-machine-learning-app-with-fastapi-part-ii-deploying-the-fastapi-application-to-kubernetes-4j6g",
    ),
    (
        "monitoring-observability",
        "Mastering Prometheus with Grafana (Including Loki and Alloy)",
        (),
        "course",
        "https://www.udemy.com/course/mastering-prometheus-and-grafana/",
    ),
    ("terraform", "Terraform roadmap", (), "roadmap", "https://roadmap.sh/terraform"),
    (
        "terraform",
        "Terraform Course - Automate your AWS cloud infrastructure",
        (),
        "course",
        "https://www.youtube.com/watch?v=SLB_c_ayRMo",
    ),
]


@pytest.fixture(scope="module")
def mlops() -> Roadmap:
    """Read the roadmap once."""
    return load_file(default_folder() / "mlops.yaml")[0]


def test_has_the_whole_article(mlops: Roadmap) -> None:
    """The roadmap has the article's 5 sections and 14 topics, its 38 resources and 68 extras."""
    extras = [resource for topic in mlops.topics for resource in topic.extras]
    main = [resource for topic in mlops.topics for resource in topic.main]
    assert (len(mlops.sections), len(mlops.topics), len(main), len(extras)) == (5, 14, 38, 68)


def test_has_each_resource_of_the_article(mlops: Roadmap) -> None:
    """Each resource of the article stands in its topic with its title, authors, kind and address."""
    found = [
        (topic.key, r.title, r.authors, r.kind.value, r.url)
        for section in mlops.sections
        for topic in section.topics
        for r in topic.main
    ]
    assert found == ARTICLE


def test_keeps_the_sections_of_the_article(mlops: Roadmap) -> None:
    """The sections carry the article's headings, in its order."""
    assert [(section.key, section.title, len(section.topics)) for section in mlops.sections] == [
        ("programming", "Programming", 2),
        ("containers", "Containerization and Kubernetes", 2),
        ("machine-learning", "Machine Learning Fundamentals", 1),
        ("principles", "MLOps Principles", 1),
        ("components", "MLOps Components", 8),
    ]


def test_study_order(mlops: Roadmap) -> None:
    """Topics are studied with their prerequisites first."""
    assert mlops.order == (
        "python",
        "bash-and-editors",
        "docker",
        "version-control-ci-cd",
        "kubernetes",
        "ml-fundamentals",
        "mlops-principles",
        "mlops-components",
        "experiment-tracking",
        "orchestration",
        "data-lineage-feature-stores",
        "model-training-serving",
        "monitoring-observability",
        "terraform",
    )
    for topic in mlops.topics:
        done = mlops.order[: mlops.order.index(topic.key)]
        assert set(topic.requires) <= set(done), topic.key


def test_every_topic_can_be_studied(mlops: Roadmap) -> None:
    """Each topic has a one-line goal, a summary, three questions, an exercise and a main resource."""
    for topic in mlops.topics:
        assert len(topic.goal) <= 120, topic.key
        assert len(topic.questions) == 3, topic.key
        assert all([topic.summary, topic.exercise, topic.main]), topic.key


def test_every_week_of_a_long_topic_has_a_focus(mlops: Roadmap) -> None:
    """A topic of more than ten hours says what to concentrate on, a short line for each ten hours."""

    def weeks(topic: Topic) -> int:
        return ceil(topic.hours / 10) if topic.hours > 10 else 0

    assert [len(topic.focus) for topic in mlops.topics] == [weeks(topic) for topic in mlops.topics]
    assert max(len(line) for topic in mlops.topics for line in topic.focus) <= 140


def test_credits_article_and_original(mlops: Roadmap) -> None:
    """The article, the original it was made from and its living version are credited."""
    credited = {credit.url: (credit.name, credit.author) for credit in mlops.credits}
    assert credited == {
        "": ("MLOps Engineer Skillset", ""),
        "https://medium.com/marvelous-mlops/mlops-roadmap-2024-ff4216b8bc62": (
            "MLOps roadmap 2024",
            "Maria Vechtomova, Marvelous MLOps",
        ),
        "https://github.com/marvelousmlops/mlops-roadmap-2024": (
            "MLOps roadmap 2024, the living version",
            "Maria Vechtomova, Marvelous MLOps",
        ),
    }


def test_keys_are_unique_and_none_is_renamed_yet(mlops: Roadmap) -> None:
    """A key names one thing in the whole roadmap."""
    keys = [section.key for section in mlops.sections] + [key for key, _ in mlops.items()]
    assert len(keys) == len(set(keys)) == 5 + 14 + 38 + 68 + 14
