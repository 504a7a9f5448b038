"""The data directory and its secrets."""

import multiprocessing
from pathlib import Path

import pytest

from fantasyf1.ops import data_dir


def read_secret(folder: Path) -> str:
    return data_dir.read_or_create_secret(folder, "key")


def test_a_secret_stays_the_same(tmp_path):
    assert data_dir.read_or_create_secret(tmp_path, "key") == data_dir.read_or_create_secret(tmp_path, "key")


def test_two_secrets_differ(tmp_path):
    assert data_dir.read_or_create_secret(tmp_path, "one") != data_dir.read_or_create_secret(tmp_path, "two")


def test_others_cannot_read_folder_or_secret(tmp_path):
    folder = tmp_path / "home"
    data_dir.read_or_create_secret(folder, "key")
    assert (folder.stat().st_mode & 0o777, (folder / "key").stat().st_mode & 0o777) == (0o700, 0o600)


@pytest.mark.parametrize("attempt", range(5))
def test_processes_that_start_together_get_one_secret(tmp_path, attempt):
    with multiprocessing.get_context("spawn").Pool(4) as pool:
        found = pool.map(read_secret, [tmp_path] * 64, chunksize=1)
    assert len(set(found)) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["key"]
