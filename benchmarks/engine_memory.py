"""Peak memory of processes that each write one quotation: `python -m benchmarks.engine_memory KIND MODEL THREADS`."""

import resource
import subprocess
import sys
from pathlib import Path

from benchmarks import engine_stock as stock
from benchmarks.engine_speculation import stream_rate
from benchmarks.engine_texts import CONTEXT, HELPFUL, QUOTE, ROOT
from benchmarks.engine_timing import Raw
from coach.llm.local import LlamaCppModel


def peak_memory(path: Path, threads: int) -> Raw:
    """Peak resident bytes of processes that each write one quotation."""
    raw: Raw = {}
    for kind in ("ours", "ours_spec", "stock", "stock_spec"):
        command = [sys.executable, "-m", "benchmarks.engine_memory", kind, str(path), str(threads)]
        done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT)
        raw[f"{kind}_peak_bytes"] = int(done.stdout.split()[-1])
    return raw | {
        "spec_memory": raw["ours_spec_peak_bytes"] / raw["ours_peak_bytes"],
        "stock_spec_memory": raw["stock_spec_peak_bytes"] / raw["stock_peak_bytes"],
    }


def child(kind: str, path: Path, threads: int) -> None:
    """Write one quotation and print the peak resident size in bytes."""
    if kind.startswith("ours"):
        model = LlamaCppModel(path, threads=threads, context_tokens=CONTEXT)
        stream_rate(model, QUOTE, 128, speculation=kind.endswith("spec"))
    else:
        lookup = kind.endswith("spec")
        llama = stock.load(path, adapter=None, context_tokens=CONTEXT, threads=threads, lookup=lookup)
        llama.create_chat_completion(stock.messages(HELPFUL, QUOTE), max_tokens=128, temperature=0.0)
    print(peak_resident_bytes())


def peak_resident_bytes() -> int:
    """Peak of this program alone: on Linux `ru_maxrss` remembers the process that started it as well."""
    status = Path("/proc/self/status")
    if status.exists():
        return 1024 * int(next(line for line in status.read_text().splitlines() if "VmHWM" in line).split()[1])
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)


if __name__ == "__main__":
    child(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]))
