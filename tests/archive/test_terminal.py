"""What an archive of somebody else's may do to the terminal of who looks into it: nothing."""

import json
import os
import re
import subprocess
import sys
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.table import Table
from rich.text import Text

from archive.__main__ import main
from archive.terminal import Terminal, literal, visible

# a window's title, the clipboard, a cleared screen, 8-bit forms, a line over the last one, backwards text
ESCAPES = (
    "\x1b]0;owned\x07 \x1b[2J\x1b[31m \x1b]52;c;cm0gLXJm\x07 \x9b31m \x9d0;x\x9c \rThe archive is whole. "
    "\u202egnp.exe\u202c \u2066x\u2069 \u200f \u061c \x08\x7f\x0b\x0c\x85 \u2028\u2029"
)
MARKUP = "[bold red]loud[/] [link=file:///etc/passwd]here[/link] [/nothing] \\[x] \\"
HOSTILE = f"{ESCAPES} {MARKUP}"
# beside the line break
OBEYED = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")
RICH_STYLE = re.compile(r"\x1b\[[0-9;]*m")
COMMANDS = (
    ["ls"],
    ["show", "{id}"],
    ["diff", "{id}"],
    ["why", "https://courier.example/uk/news/1"],
    ["why", "https://courier.example/uk/news/9"],
    ["purge", "https://courier.example/uk/news/1", "--reason", "x", "--dry-run"],
    ["verify"],
    ["show", HOSTILE],
    ["why", HOSTILE],
)


@pytest.fixture
def hostile(open_writer, article, look, noon):
    """An article whose every text is hostile, with an edit, and a look that failed; the article's id."""
    for day, text in enumerate((f"One.\n{HOSTILE}", f"Two. {HOSTILE}\nThree.")):
        writer = open_writer(f"run-{day}")
        record = article(1, text=text, headline=text, byline=HOSTILE, authors=(HOSTILE,), outlet=HOSTILE)
        writer.add_article(replace(record, fetched_at=noon + timedelta(days=day), run_id=HOSTILE))
        url = "https://courier.example/uk/news/9"
        writer.add_observation(look(url, outcome=HOSTILE, reason=HOSTILE, detail=HOSTILE, run_id=HOSTILE))
        writer.commit()
        writer.close()
    return record.article_id


def test_no_row_commands_who_pipes_it(hostile, root, capsys):
    for command in COMMANDS:
        main([*(x.replace("{id}", hostile) for x in command), "--archive", str(root)])
        out, err = capsys.readouterr()
        assert out + err
        assert (command[0], OBEYED.findall(out + err)) == (command[0], [])


def test_no_name_in_an_error_commands_anything(tmp_path, capsys):
    assert main(["ls", "--archive", str(tmp_path / ESCAPES)]) == 1
    err = capsys.readouterr().err
    assert "owned" in err
    assert OBEYED.findall(err) == []


def test_no_row_commands_a_terminal(hostile, root):
    """Beside colours, which are Rich's own: where a page had asked for red it says so."""
    program = (
        "import json, sys\nfrom archive.__main__ import main\n"
        "for arguments in json.loads(sys.argv[1]): main(arguments)"
    )
    commands = [[*(x.replace("{id}", hostile) for x in c), "--archive", str(root)] for c in COMMANDS]
    ours, theirs = os.openpty()
    command = [sys.executable, "-c", program, json.dumps(commands)]
    env = {**os.environ, "TERM": "xterm-256color", "COLUMNS": "200"}
    shown = b""
    with subprocess.Popen(command, stdout=theirs, stderr=theirs, stdin=subprocess.DEVNULL, env=env) as run:
        os.close(theirs)
        while True:
            try:
                read = os.read(ours, 65536)
            except OSError:  # Linux's word for: nobody writes there any more
                break
            shown += read
        assert run.wait() in {0, 1}
    os.close(ours)
    text = shown.decode().replace("\r\n", "\n")
    assert RICH_STYLE.search(text)
    assert "\ufffd[31m" in text
    assert OBEYED.findall(RICH_STYLE.sub("", text)) == []
    assert "[link=file:///etc/passwd]here[/link]" in text


@pytest.mark.parametrize("wrapped", [str, Text, literal], ids=lambda x: x.__name__)
def test_who_forgets_is_looked_after(wrapped, capsys):
    """Of text that nobody made visible: no control character, whatever Rich makes of the markup."""
    table = Table("x")
    table.add_row(wrapped(ESCAPES))
    console = Terminal(width=300)
    for shown in (wrapped(ESCAPES), table):
        console.print(shown)
    out = capsys.readouterr().out
    assert "owned" in out
    assert OBEYED.findall(out) == []


@pytest.mark.parametrize(
    ("text", "line", "lines"),
    [
        ("Плюси й мінуси — 5 °C", "Плюси й мінуси — 5 °C", "Плюси й мінуси — 5 °C"),
        ("a\n\tb\r\n", "a\ufffd\ufffdb\ufffd\ufffd", "a\n\tb\ufffd\n"),
        ("\x1b[2J\x9b", "\ufffd[2J\ufffd", "\ufffd[2J\ufffd"),
        ("so\u00adft 👩\u200d🔧", "so\u00adft 👩\u200d🔧", "so\u00adft 👩\u200d🔧"),
        ("\ud800", "\ufffd", "\ufffd"),
        ("", "", ""),
    ],
)
def test_what_is_shown_of_a_text(text, line, lines):
    assert (visible(text), visible(text, lines=True)) == (line, lines)


@given(st.text() | st.text(alphabet="\\[]/bold ="))
def test_no_text_is_markup(text):
    shown = visible(text)
    assert len(shown) == len(text)
    assert OBEYED.findall(shown) == []
    shown.encode()
    printed = Text.from_markup(f"[bold]{literal(text)}[/bold][red]x[/red]")
    assert {span.style for span in printed.spans} <= {"bold", "red"}
    # of backslashes at the end or before a bracket Rich may print more
    assert printed.plain.replace("\\", "") == shown.replace("\\", "") + "x"
