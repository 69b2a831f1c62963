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
command -v nvcc >/dev/null || { echo "the CUDA toolkit (nvcc) is needed to build llama.cpp" >&2; exit 1; }

[ -x "$environment/bin/python" ] || python3 -m venv "$environment"
python="$environment/bin/python"
"$python" -m pip install -q -e . psutil
CMAKE_ARGS="-DGGML_CUDA=on -DCMAKE_CUDA_ARCHITECTURES=native" \
    "$python" -m pip install -q --no-binary llama-cpp-python --force-reinstall --no-deps "llama-cpp-python>=0.3.36,<0.4"

mkdir -p "$results"
stamp="$results/gpu-$(date -u +%Y-%m-%d)"
{
    date -u
    nvidia-smi --query-gpu=name,memory.total,driver_version --format=csv
    nvcc --version | tail -1
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

"$python" benchmarks/engine.py --json --repeat 9 | tee "$stamp.txt"
tail -1 "$stamp.txt" >"$stamp.json"
echo "results: $stamp.*; put them into docs/benchmarks.md with the machine and the date"
