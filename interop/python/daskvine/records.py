"""The record kinds and failure kinds of the protocol (table "Records" in src/ARCHITECTURE.md)."""

PROTOCOL_VERSION = 4

HELLO = 1
WELCOME = 2
REFUSE = 3
REHELLO = 4
HEARTBEAT = 5
GOODBYE = 6
FUNCTION = 10
OPEN_GRAPH = 11
SUBMIT_NODES = 12
SEAL_GRAPH = 13
CANCEL_GRAPH = 14
TASK_OPTIONS = 15
UPLOAD = 16
FORGET_FUNCTIONS = 17
SUBMIT_FILES = 18
SUBMIT_COMMAND = 19
RESULT = 20
GRAPH_FAILED = 21
PROGRESS = 22
NOTICE = 23
TASK_EVENTS = 24
TASK_OUTPUT = 25
MOVEMENTS = 26
WATCHED_OUTPUT = 27
RESULTS = 28
WANT = 50
PRUNE = 51
TUNE = 52
FILE_DATA = 53
ASK_MOVEMENTS = 54

# What a client may ask to hear of a graph: bits of OpenGraph's reports.
REPORT_TASKS = 1
REPORT_OUTPUT = 2

RAISED = 0
UNLOADABLE = 1
UNPICKLABLE = 2
DIED = 3
LOST = 4
INVALID = 5
LIBRARY = 6

# Payloads of this many bytes and more travel in a frame of their own.
FRAME_FROM_BYTES = 16 << 10

# Functions of this many bytes and more are forgotten with the last graph that uses them.
FORGET_FROM_BYTES = 64 << 10
# Large functions that nobody uses are kept up to this, so that the next graph that has them sends and loads nothing.
IDLE_FUNCTION_BYTES = 128 << 20

# What a manager takes as one frame, less what else the message needs.
BODY_BYTES_MAX = (1 << 30) - (1 << 20)
