"""Folders that CDK makes assets of."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from aws_cdk import Stage
from constructs import Construct

_NO_STAGING: Final = "aws:cdk:disable-asset-staging"


@contextmanager
def asset_folder(scope: Construct) -> Iterator[Path]:
    """An empty folder of a construct, which is gone when CDK has copied it into the cloud assembly.

    After `cdk deploy --no-staging` CDK copies nothing and names the folder itself: there it lies in the
    assembly, and stays.
    """
    if not scope.node.try_get_context(_NO_STAGING):
        with tempfile.TemporaryDirectory(prefix="cdk-imported-table-") as temporary:
            yield Path(temporary)
        return
    stage = Stage.of(scope)
    assert stage is not None
    folder = Path(stage.asset_outdir) / f"imported-table.{scope.node.addr}"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    yield folder
