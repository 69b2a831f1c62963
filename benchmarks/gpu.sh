#!/bin/sh
# Measures every ratio of benchmarks/engine.py on a machine with an NVIDIA GPU, in one go:
#
#     sh benchmarks/gpu.sh [RESULTS_FOLDER]
#
# Builds llama.cpp with CUDA into a virtual environment of its own, checks that layers really sit on the GPU, and leaves
# machine, date and results in RESULTS_FOLDER (default: benchmarks/results). About 15 minutes, most of it compiling.
set -eu
cd "$(dirname "$0")/.."
results=${1:-benchmarks/results}
environment=${GPU_VENV:-.venv-gpu}
command -v nvidia-smi >/dev/null || { echo "no NVIDIA driver here" >&2; exit 1; }
make install GPU=1 VENV="$environment"
python="$environment/bin/python"

mkdir -p "$results"
stamp="$results/gpu-$(date -u +%Y-%m-%d)"
{
    date -u
    nvidia-smi --query-gpu=name,memory.total,driver_version --format=csv
    "${CUDACXX:-nvcc}" --version | tail -1
    "$python" -c "import llama_cpp; print('llama-cpp-python', llama_cpp.__version__)"
} >"$stamp.machine.txt"

"$python" - <<'PYTHON'
from coach.llm.bundled import model_path
from coach.llm.local import LlamaCppModel
from coach.llm.measure import speeds

model = LlamaCppModel(model_path())
measured = speeds(model, gpu_seen=True)
print(measured)
if not measured.gpu_layers:
    raise SystemExit(measured.warning or "no layer is on the GPU")
PYTHON

"$python" benchmarks/engine.py --json --repeat 9 >"$stamp.txt"
cat "$stamp.txt"
tail -1 "$stamp.txt" >"$stamp.json"
echo "results: $stamp.*; put them into docs/benchmarks.md with the machine and the date"
