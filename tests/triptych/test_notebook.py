"""The notebook runs from top to bottom on the demo's archive, as an analyst would run it.

`pytest tests/triptych/test_notebook.py --accept` writes its plots and tables into it.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.support.demo_port import alone_at_its_port
from tests.support.forked import A_WHILE

ROOT = Path(__file__).parents[2]
NOTEBOOK = ROOT / "docs/notebooks/first-look.ipynb"


@pytest.mark.filterwarnings("default")  # of the kernel's client, not ours
def test_three_questions_are_answered_anywhere(
    tmp_path: Path, accept: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without an archive at hand it crawls the demo's."""
    import nbformat
    from nbclient import NotebookClient
    from nbclient.exceptions import DeadKernelError

    for name in ("TRIPTYCH_ARCHIVE_URI", "TRIPTYCH_PAIR_SECONDS"):
        monkeypatch.delenv(name, raising=False)
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    nbformat.validate(notebook)
    client = NotebookClient(
        notebook,
        timeout=A_WHILE,
        startup_timeout=A_WHILE,
        record_timing=False,
        resources={"metadata": {"path": str(tmp_path)}},
    )
    own = {
        "TMPDIR": str(tmp_path),
        "MPLCONFIGDIR": str(tmp_path),
        "IPYTHONDIR": str(tmp_path),
        "PYTHONWARNINGS": "default",
    }
    try:
        with alone_at_its_port():
            client.execute(env=os.environ | own)
    except (DeadKernelError, RuntimeError, OSError) as error:
        pytest.skip(f"NOT TESTED: no kernel starts here: {error}")
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", ())]
    assert sum("image/png" in output.get("data", ()) for output in outputs) == 3
    assert [output["text"] for output in outputs if output["output_type"] == "stream"] == []
    if accept:
        nbformat.write(notebook, NOTEBOOK)
