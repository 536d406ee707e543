"""`omnilive embed`: features of pictures, or how well texts fit them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from workbench.cli.shared import fail, loads_shown, told

if TYPE_CHECKING:
    from workbench.embedding import Similarities


@told("embed")
def embed(
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="Pictures, or folders of pictures.")],
    checkpoint: Annotated[
        str, typer.Option(help="Folder or hub id: CLIP, SigLIP, InternViT, an InternVL chat model, InternVL-C or -G.")
    ],
    text: Annotated[list[str] | None, typer.Option(help="How well does it fit; may be given several times.")] = None,
    texts: Annotated[Path | None, typer.Option(help="A file with one text a line.")] = None,
    kind: Annotated[str, typer.Option(help="c or g, of a checkpoint that holds InternVL-C and -G.")] = "",
    out: Annotated[
        Path | None, typer.Option(help="Features into .npz or .jsonl; with texts, similarities into .json.")
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Similarities as JSON instead of a table.")] = False,
    device: Annotated[str, typer.Option(help="auto, cpu, cuda:0, ...")] = "auto",
    dtype: Annotated[str, typer.Option(help="auto, float32, float16 or bfloat16.")] = "auto",
) -> None:
    """Write features of pictures, or how well texts fit them."""
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    from models.checkpoint import checkpoint_folder
    from models.devices import choose_device, choose_dtype
    from models.pair_encoders import open_encoder
    from workbench.embedding import compare, embed_files, picture_files, write_features

    asked = [*(text or ()), *_lines(texts)]
    _check(asked, out)
    found = picture_files(files)
    console, notes = Console(highlight=False), Console(stderr=True, highlight=False)
    where = choose_device(device)
    with loads_shown(notes):
        encoder = open_encoder(checkpoint_folder(checkpoint), kind, where, choose_dtype(dtype, where))
    if asked and not encoder.has_texts:
        fail("embed", f"{encoder.name} knows pictures alone; leave out the texts, or take CLIP, SigLIP or InternVL-C/G")
    columns = (TextColumn("embedding"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=notes, transient=True, disable=not notes.is_terminal) as progress:
        task = progress.add_task("embedding", total=len(found))
        vectors = embed_files(encoder, found, lambda n: progress.update(task, completed=n))
    if not asked:
        assert out is not None  # checked above
        write_features(out, encoder.name, found, vectors)
        notes.print(f"{encoder.name}: {vectors.shape[0]} x {vectors.shape[1]} in {out}", style="dim", soft_wrap=True)
        return
    fit = compare(encoder, found, vectors, asked)
    if out is not None:
        out.parent.mkdir(parents=True, exist_ok=True)
        out.write_text(fit.json(encoder.name), encoding="utf-8")
    if json:
        print(fit.json(encoder.name))
    else:
        _table(fit, encoder.name, console)


def _check(asked: list[str], out: Path | None) -> None:
    if not asked and out is None:
        fail("embed", "say where the features go with --out FILE.npz or FILE.jsonl, or what to compare with --text")
    if not asked and out is not None and out.suffix not in (".npz", ".jsonl"):
        fail("embed", f"{out} has an unknown ending; features go into .npz or .jsonl")
    if asked and out is not None and out.suffix != ".json":
        fail("embed", f"{out} has an unknown ending; similarities go into .json")


def _lines(file: Path | None) -> list[str]:
    if file is None:
        return []
    try:
        return [line.strip() for line in file.read_text(encoding="utf-8").splitlines() if line.strip()]
    except (OSError, UnicodeDecodeError) as error:
        fail("embed", f"{file} cannot be read: {error}")


def _table(fit: Similarities, model: str, console: Console) -> None:
    """One row a picture; the best text of each is marked."""
    from rich.table import Table

    table = Table(title=f"{model}: share (cosine)", title_justify="left")
    table.add_column("picture", overflow="fold")
    for text in fit.texts:
        table.add_column(text, justify="right", overflow="fold")
    for i, file in enumerate(fit.files):
        best = int(fit.logits[i].argmax())
        cells = []
        for j in range(len(fit.texts)):
            cell = f"{fit.shares[i, j]:.3f} ({fit.cosines[i, j]:+.3f})"
            cells.append(f"[bold green]{cell}[/]" if j == best else cell)
        table.add_row(file, *cells)
    console.print(table)
