"""Static files: Plotly's script is among them, and large files are compressed quickly."""

import gzip
from pathlib import Path

import brotli
from django.contrib.staticfiles import finders

from snoopi.staticfiles import SwiftCompressor


def test_only_plotlys_script_is_found_of_its_package():
    found = finders.find("plotly/plotly.min.js")

    assert found is not None
    assert "plotly.js v" in Path(found).read_text()[:100]
    assert finders.find("plotly/datasets/iris.csv.gz") is None
    assert finders.find("plotly/plotly.min.js", find_all=True) == [found]
    ours = [
        path
        for finder in finders.get_finders()
        for path, storage in finder.list([])
        if getattr(storage, "prefix", "") == "plotly"
    ]
    assert ours == ["plotly.min.js"]


def test_small_files_are_compressed_best_and_large_ones_come_back_whole(tmp_path):
    small, large = b"a { margin: 0 }\n" * 1000, b"a { margin: 0 }\n" * 100_000

    assert SwiftCompressor.compress_brotli(small) == brotli.compress(small)
    assert brotli.decompress(SwiftCompressor.compress_brotli(large)) == large
    (tmp_path / "site.css").write_bytes(large)
    names = SwiftCompressor(quiet=True).compress(str(tmp_path / "site.css"))
    assert gzip.decompress(Path(names[1]).read_bytes()) == large
