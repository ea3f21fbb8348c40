"""Every command, in the order in which help shows them."""

from bot.commands.away import away, present_away
from bot.commands.board import leaderboard
from bot.commands.certificate import certificate, present_name
from bot.commands.group import group
from bot.commands.heatmap import heatmap
from bot.commands.help import help_
from bot.commands.history import history, notes
from bot.commands.learn import roadmap, stuck, topic
from bot.commands.link import link, unlink
from bot.commands.manage import pause, present_times, resume, schedule
from bot.commands.mydata import delete, export, privacy
from bot.commands.now import next_
from bot.commands.organizers import organizers
from bot.commands.people import join, leave
from bot.commands.posting import posted, prompt
from bot.commands.preferences import preferences, present_preferences
from bot.commands.progress import progress
from bot.commands.record import done, skip, undo
from bot.commands.rewards import rewards
from bot.commands.setup import setup
from bot.commands.standing_board import here
from bot.commands.status import status
from bot.commands.streak import streak
from bot.commands.twin import twin
from bot.core.command import Audience, command

DRAWN = 60
"""What an answer with a picture costs: fifty at once, and then one every two seconds."""

COMMANDS = (
    command(next_, direct=True),
    command(done, writes=True, direct=True),
    command(skip, writes=True, direct=True),
    command(undo, writes=True, direct=True),
    command(progress, cost=DRAWN),
    command(roadmap),
    command(topic, direct=True),
    command(leaderboard, cost=DRAWN),
    command(streak),
    command(history),
    command(notes),
    command(group, cost=DRAWN),
    command(heatmap, cost=DRAWN),
    command(certificate, cost=DRAWN, present=present_name),
    command(join, writes=True),
    command(leave, writes=True),
    command(preferences, writes=True, present=present_preferences, direct=True),
    command(away, writes=True, present=present_away, direct=True),
    command(link, writes=True, cost=100),
    command(unlink, writes=True),
    command(help_),
    command(privacy),
    command(export, under="mydata", cost=100),
    command(delete, under="mydata", writes=True),
    command(setup, audience=Audience.ORGANIZER, writes=True),
    command(schedule, audience=Audience.ORGANIZER, writes=True, present=present_times),
    command(pause, audience=Audience.ORGANIZER, writes=True),
    command(resume, audience=Audience.ORGANIZER, writes=True),
    command(organizers, audience=Audience.ORGANIZER, writes=True, only=("slack",)),
    command(status, audience=Audience.ORGANIZER),
    command(rewards, audience=Audience.ORGANIZER, writes=True, only=("discord",)),
    command(prompt, audience=Audience.ORGANIZER, writes=True, cost=100),
    command(twin, audience=Audience.ORGANIZER, writes=True, cost=100),
    command(here, under="board", audience=Audience.ORGANIZER, writes=True, cost=100),
    command(posted, audience=Audience.ORGANIZER, typed=False),
    command(stuck, typed=False),
)
