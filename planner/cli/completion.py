"""`gapplan completion SHELL`: the script that makes a shell complete gapplan's commands and options."""

import click
from click.shell_completion import ShellComplete, get_completion_class

from planner.cli import COMPLETE_VARIABLE, gapplan
from planner.streams import write_stdout

SHELLS = ("bash", "zsh", "fish")


@click.command()
@click.argument("shell", type=click.Choice(SHELLS))
def command(shell: str) -> None:
    """Print the completion script of a shell.

    \b
    bash  gapplan completion bash > ~/.local/share/bash-completion/completions/gapplan
    zsh   gapplan completion zsh > ~/.zfunc/_gapplan     (with ~/.zfunc in fpath)
    fish  gapplan completion fish > ~/.config/fish/completions/gapplan.fish
    """
    kind = get_completion_class(shell)
    assert kind is not None  # click brings all three
    # For bash its own `source` starts the first bash on PATH to ask for its version.
    write_stdout(ShellComplete.source(kind(gapplan, {}, "gapplan", COMPLETE_VARIABLE)) + "\n")
