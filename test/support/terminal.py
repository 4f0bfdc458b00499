"""Runs a command on a pseudo-terminal: its output goes to stdout, lines on stdin say what happens to the terminal."""

import fcntl
import os
import pty
import select
import struct
import sys
import termios


def resize(terminal, columns, rows):
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack('HHHH', rows, columns, 0, 0))


def obey(line, terminal):
    verb, *words = line.split()
    if verb == 'resize':
        resize(terminal, int(words[0]), int(words[1]))
    elif verb == 'type':
        os.write(terminal, bytes.fromhex(words[0]))


def output_of(terminal):
    try:
        return os.read(terminal, 65536)
    except OSError:  # the last process on the terminal has ended
        return b''


columns, rows, *command = sys.argv[1:]
child, terminal = pty.fork()
if child == 0:
    resize(0, int(columns), int(rows))
    os.execvp(command[0], command)
sources = [terminal, 0]
while True:
    ready, _, _ = select.select(sources, [], [])
    if 0 in ready:
        line = sys.stdin.readline()
        if line == '':
            sources.remove(0)
        else:
            obey(line, terminal)
    if terminal in ready:
        output = output_of(terminal)
        if output == b'':
            break
        os.write(1, output)
_, status = os.waitpid(child, 0)
sys.exit(os.waitstatus_to_exitcode(status) & 255)
