"""The command line: ``onrecord``.

Belongs here: the tree of commands, and turning every error into one line and an exit code. Does not: a
command (``pipeline.commands``) or any work of its own.

Exit codes: 0 done, 1 done with rejected items, 2 wrong usage or settings, 3 failed.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from importlib import metadata
from typing import Annotated

import typer
from typer.exceptions import TyperException

from pipeline.commands import asking, feeds, reading, runs
from pipeline.commands.options import (
    DONE,
    FAILED,
    USAGE,
    UsageProblem,
    examples,
    load_settings,
    out,
)
from pipeline.terminal import fail, program

_LOOK, _MAKE, _KEEP = "Look", "Make", "Keep in order"

app = typer.Typer(
    name="onrecord",
    help="Who said what, when: news articles in, a statement warehouse out.",
    epilog="`onrecord COMMAND --help` has examples of each command. Exit codes: 0 done, 1 done with rejected "
    "items, 2 wrong usage or settings, 3 failed.",
    no_args_is_help=False,
    invoke_without_command=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    context_settings={"help_option_names": ["-h", "--help"]},
)
feeds_app = typer.Typer(
    help="The feeds of seeds/feeds.csv: which are alive, and adding one.", no_args_is_help=True
)


def _add(to: typer.Typer, command: Callable[..., None], name: str, panel: str | None = None) -> None:
    to.command(name.split()[-1], epilog=examples(name), rich_help_panel=panel)(command)


_add(app, reading.extract, "extract", _LOOK)
_add(app, runs.report, "report", _LOOK)
_add(app, asking.sql, "sql", _LOOK)
_add(app, runs.run, "run", _MAKE)
_add(app, runs.backfill, "backfill", _MAKE)
_add(app, reading.clean, "clean", _MAKE)
_add(app, runs.doctor, "doctor", _KEEP)
_add(feeds_app, feeds.feeds_check, "feeds check")
_add(feeds_app, feeds.feeds_add, "feeds add")
app.add_typer(feeds_app, name="feeds", rich_help_panel=_KEEP)
_add(app, reading.evaluate, "evaluate", _KEEP)


def _version(wanted: bool) -> None:
    if wanted:
        out.print(f"onrecord {metadata.version('onrecord')}")
        raise typer.Exit(DONE)


@app.callback()
def start(
    ctx: typer.Context,
    _version_wanted: Annotated[
        bool,
        typer.Option("--version", help="Show the version.", metavar="", callback=_version, is_eager=True),
    ] = False,
    _debug: Annotated[
        bool,
        typer.Option("--debug", help="Show the traceback of an error; goes with every command.", metavar=""),
    ] = False,
) -> None:
    """Who said what, when: news articles in, a statement warehouse out."""
    if ctx.invoked_subcommand is None:
        from pipeline.commands.views import steps_view
        from pipeline.commands.welcome import next_steps, state_of

        settings = load_settings()
        state = state_of(settings)
        out.print(steps_view(state.line, next_steps(settings, state)), soft_wrap=True)
        out.print(f"{program()} --help lists every command.", markup=False)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and exit with its code; errors are one line, ``--debug`` shows the traceback."""
    args = list(sys.argv[1:] if arguments is None else arguments)
    debug = "--debug" in args
    if debug:
        args.remove("--debug")
    try:
        code = app(args, standalone_mode=False, prog_name="onrecord")
    except TyperException as error:
        where = getattr(getattr(error, "ctx", None), "command_path", "onrecord")
        if message := getattr(error, "format_message", error.__str__)():
            fail(f"{message} (see `{where} --help`)")
        code = USAGE
    except UsageProblem as error:
        fail(str(error))
        code = USAGE
    except (KeyboardInterrupt, typer.Abort):
        fail("stopped; what is stored stands, run again to go on")
        code = FAILED
    except Exception as error:  # the last line of defence: one line, not a traceback
        if debug:
            raise
        code = _explain(error)
    sys.stdout.flush()
    sys.exit(code if isinstance(code, int) else DONE)


def _explain(error: Exception) -> int:
    """One line for any error, and its exit code."""
    from pipeline.resources.inputs import InputError

    text = " ".join(str(error).split()) or type(error).__name__
    if isinstance(error, InputError):
        fail(text)
        return USAGE
    known = type(error).__module__.startswith("pipeline.")
    fail(text if known else f"{text} ({type(error).__name__}; --debug shows where)")
    return FAILED


if __name__ == "__main__":
    main()
