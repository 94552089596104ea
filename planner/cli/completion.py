"""`gapplan completion SHELL`: the script that makes a shell complete gapplan's commands and options."""

import click
from click.shell_completion import get_completion_class

from planner.cli import COMPLETE_VARIABLE, gapplan

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
    click.echo(kind(gapplan, {}, "gapplan", COMPLETE_VARIABLE).source())
