"""`pledgegraph token`: who may write over HTTP."""

from __future__ import annotations

import json
import sys
from typing import Annotated, Final

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from pledgegraph.cli.options import Base, DataDir, Json, settings, utf8
from pledgegraph.cli.terminal.escape_control import harmless
from pledgegraph.errors import InputError
from pledgegraph.store.directory import open_directory
from pledgegraph.writes.tokens import AnyScope, Scope, Token, Tokens, scope_named

app: Final = typer.Typer(
    help="Tokens: who may write to the data directory over HTTP.", no_args_is_help=True
)


@app.command()
def create(
    *,
    label: Annotated[
        str | None,
        typer.Option(
            "--label",
            metavar="NAME",
            help="Whose it is; the changes log names this as the agent. No e-mail address. "
            "`token ID` if left out.",
        ),
    ] = None,
    scope: Annotated[
        list[str] | None,
        typer.Option(
            "--scope",
            metavar="SCOPE",
            help="What it allows: read, write or admin; or write:REGISTER, to change that "
            "register and nothing else; or report:ACTOR, to report at /steward on what that "
            "actor promised, as that actor. write if left out. May be repeated.",
        ),
    ] = None,
    days: Annotated[
        int | None,
        typer.Option("--days", min=1, max=36_500, help="How long it lasts; for good if left out."),
    ] = None,
    data_dir: DataDir = None,
    base: Base = None,
    as_json: Json = False,
) -> None:
    """Make a token and show it, this once; a running service knows it at once."""
    tokens = _tokens(data_dir, base)
    token, secret = tokens.create(
        label=None if label is None else utf8("--label", label),
        scopes=tuple(map(_scope, scope or [Scope.WRITE.value])),
        days=days,
    )
    if as_json:
        print(json.dumps({"token": secret, **_card(token)}))
        return
    print(secret)
    until = "" if token.expires is None else f" until {token.expires:%Y-%m-%d %H:%M UTC}"
    print(
        f"This token ({token.id}) is not shown again. It allows to {_scopes(token)}{until}. "
        "Send it in the header `Authorization: Bearer TOKEN`.",
        file=sys.stderr,
    )


@app.command("list")
def list_tokens(*, data_dir: DataDir = None, base: Base = None, as_json: Json = False) -> None:
    """List the tokens that there are; not what they are, which nobody knows but their holders."""
    found = _tokens(data_dir, base).all()
    if as_json:
        print(json.dumps([_card(each) for each in found], ensure_ascii=False, indent=2))
        return
    table = Table("id", "label", "scope", "created", "expires")
    for each in found:
        expires = "never" if each.expires is None else f"{each.expires:%Y-%m-%d %H:%M UTC}"
        table.add_row(
            each.id,
            Text(harmless(each.label)),
            _scopes(each),
            f"{each.created:%Y-%m-%d %H:%M UTC}",
            expires,
        )
    Console().print(table if found else "There is no token; nobody may write over HTTP.")


@app.command()
def revoke(
    name: Annotated[str, typer.Argument(metavar="ID", help="The token's id, as `list` shows it.")],
    *,
    data_dir: DataDir = None,
    base: Base = None,
) -> None:
    """Make a token worthless, at once."""
    token = _tokens(data_dir, base).revoke(name)
    print(harmless(f"The token {token.id} ({token.label}) is revoked."))


@app.command("export")
def export_tokens(*, data_dir: DataDir = None, base: Base = None) -> None:
    """Print the tokens for `token import` at another node; no secret is in it."""
    print(_tokens(data_dir, base).exported(), end="")


@app.command("import")
def import_tokens(
    file: Annotated[
        typer.FileText,
        typer.Argument(metavar="FILE", help="What `token export` printed; - reads it here."),
    ],
    *,
    data_dir: DataDir = None,
    base: Base = None,
) -> None:
    """Have the tokens of another node, and no others; a running service knows them at once."""
    come, gone = _tokens(data_dir, base).take(file.read())
    print(f"Tokens that came: {len(come)}; that went: {len(gone)}.")


def _tokens(data_dir: DataDir, base: Base) -> Tokens:
    chosen = settings(data_dir=data_dir, base=base)
    return Tokens(open_directory(chosen.data_dir, base=chosen.asked_base).path)


def _scope(text: str) -> AnyScope:
    try:
        return scope_named(text)
    except InputError as error:
        raise typer.BadParameter(f"{error} {error.remedy}", param_hint="--scope") from None


def _scopes(token: Token) -> str:
    return ", ".join(scope.value for scope in token.scopes)


def _card(token: Token) -> dict[str, object]:
    return {
        "id": token.id,
        "label": token.label,
        "scopes": [scope.value for scope in token.scopes],
        "created": token.created.isoformat(),
        "expires": None if token.expires is None else token.expires.isoformat(),
    }
