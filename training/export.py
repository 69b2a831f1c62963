"""Writes a checkpoint's adapter as a GGUF file for llama.cpp: `python -m training.export CHECKPOINT ADAPTER.gguf`.

Query and key rows need no permutation here: `training.llama_lora` trains in the row order of the GGUF file.
"""

import argparse
from pathlib import Path

import numpy as np
import torch


def export(checkpoint: Path, adapter: Path) -> int:
    """Write the adapter in float16; returns the file's size in bytes."""
    from gguf import GGUFWriter

    state = torch.load(checkpoint, weights_only=True)
    adapter.parent.mkdir(parents=True, exist_ok=True)
    writer = GGUFWriter(str(adapter), "llama")
    writer.add_type("adapter")
    writer.add_string("adapter.type", "lora")
    writer.add_float32("adapter.lora.alpha", float(state["alpha"]))
    writer.add_name("Interview judge for SmolLM2-135M-Instruct")
    for name, matrix in state["adapter"].items():
        writer.add_tensor(name, matrix.numpy().astype(np.float16))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return adapter.stat().st_size


def main() -> None:
    """Read the command line and export."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("checkpoint", type=Path)
    parser.add_argument("adapter", type=Path)
    options = parser.parse_args()
    print(f"{options.adapter}: {export(options.checkpoint, options.adapter) / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
