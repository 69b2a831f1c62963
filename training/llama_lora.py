"""A Llama with low-rank adapters, small enough to read, in the weight layout of llama.cpp.

Weights are taken as they stand in the GGUF file, including its ordering of query and key rows (pairs of neighbours are
rotated, not halves). So what is trained is what llama.cpp evaluates, and export needs no permutation.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor, nn

PROJECTIONS = ("attn_q", "attn_k", "attn_v", "attn_output", "ffn_gate", "ffn_up", "ffn_down")


@dataclass(frozen=True, slots=True)
class LlamaShape:
    """Sizes read from the GGUF header."""

    layers: int
    width: int
    heads: int
    kv_heads: int
    rope_base: float
    norm_eps: float

    @property
    def head_width(self) -> int:
        """Columns of one attention head."""
        return self.width // self.heads


class LoraLinear(nn.Module):
    """Frozen weight W plus (alpha / rank) * B A, Hu et al. 2021 (arXiv 2106.09685), equation 3."""

    weight: Tensor

    def __init__(self, weight: Tensor, rank: int, alpha: float) -> None:
        super().__init__()
        rows, columns = weight.shape
        self.register_buffer("weight", weight, persistent=False)
        self.lora_a = nn.Parameter(torch.empty(rank, columns))
        self.lora_b = nn.Parameter(torch.zeros(rows, rank))
        self.scale = alpha / rank
        nn.init.kaiming_uniform_(self.lora_a, a=math.sqrt(5))

    def forward(self, x: Tensor) -> Tensor:
        """x: (tokens, columns) -> (tokens, rows)."""
        low = F.linear(x, (self.lora_a * self.scale).to(x.dtype))
        return F.linear(x, self.weight) + F.linear(low, self.lora_b.to(x.dtype))


class Block(nn.Module):
    """One transformer layer: grouped-query attention and a SwiGLU feed-forward part."""

    attn_norm: Tensor
    ffn_norm: Tensor
    attn_q: LoraLinear
    attn_k: LoraLinear
    attn_v: LoraLinear
    attn_output: LoraLinear
    ffn_gate: LoraLinear
    ffn_up: LoraLinear
    ffn_down: LoraLinear

    def __init__(self, shape: LlamaShape, tensors: dict[str, Tensor], rank: int, alpha: float) -> None:
        super().__init__()
        self.shape = shape
        for name in PROJECTIONS:
            self.add_module(name, LoraLinear(tensors[name], rank, alpha))
        self.register_buffer("attn_norm", tensors["attn_norm"], persistent=False)
        self.register_buffer("ffn_norm", tensors["ffn_norm"], persistent=False)

    def forward(self, x: Tensor, cos: Tensor, sin: Tensor, mask: Tensor) -> Tensor:
        """x: (tokens, width); cos, sin: (tokens, head_width / 2); mask: (tokens, tokens) additive."""
        s = self.shape
        h = F.rms_norm(x, (s.width,), self.attn_norm, s.norm_eps)
        q = rotate(self.attn_q(h).view(-1, s.heads, s.head_width), cos, sin)
        k = rotate(self.attn_k(h).view(-1, s.kv_heads, s.head_width), cos, sin)
        v = self.attn_v(h).view(-1, s.kv_heads, s.head_width)
        x = x + self.attn_output(attention(q, k, v, mask))
        h = F.rms_norm(x, (s.width,), self.ffn_norm, s.norm_eps)
        return x + self.ffn_down(F.silu(self.ffn_gate(h)) * self.ffn_up(h))


def rotate(x: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
    """Rotary embedding of neighbouring pairs (Su et al. 2021, equation 34); x: (tokens, heads, head_width)."""
    even, odd = x[..., 0::2], x[..., 1::2]
    cos, sin = cos[:, None], sin[:, None]
    return torch.stack((even * cos - odd * sin, even * sin + odd * cos), -1).flatten(-2)


def attention(q: Tensor, k: Tensor, v: Tensor, mask: Tensor) -> Tensor:
    """Grouped-query attention written out: on CPUs its backward pass beats the fused kernel below ~1000 tokens.

    q: (n, heads, d); k, v: (n, kv_heads, d); mask: (n, n) additive.  Returns (n, heads * d).
    """
    n, heads, d = q.shape
    groups = k.shape[1]
    q = q.view(n, groups, heads // groups, d).permute(1, 2, 0, 3).reshape(groups, -1, d) * d**-0.5
    scores = (q @ k.permute(1, 2, 0)).view(groups, heads // groups, n, n) + mask
    weights = scores.float().softmax(-1).to(q.dtype).view(groups, -1, n)
    mixed = (weights @ v.transpose(0, 1)).view(groups, heads // groups, n, d)
    return mixed.permute(2, 0, 1, 3).reshape(n, heads * d)


class LoraLlama(nn.Module):
    """The language model with a trainable adapter; everything else is frozen."""

    embedding: Tensor
    output: Tensor
    output_norm: Tensor
    inverse_frequency: Tensor

    def __init__(self, gguf: Path, *, rank: int = 16, alpha: float = 32.0, dtype: torch.dtype = torch.bfloat16) -> None:
        super().__init__()
        self.shape, tensors = read_gguf(gguf, dtype)
        self.rank, self.alpha, self.dtype = rank, alpha, dtype
        self.register_buffer("embedding", tensors["token_embd"], persistent=False)
        self.register_buffer("output", tensors.get("output", tensors["token_embd"]), persistent=False)
        self.register_buffer("output_norm", tensors["output_norm"], persistent=False)
        self.blocks = nn.ModuleList(
            Block(self.shape, layer_tensors(tensors, i), rank, alpha) for i in range(self.shape.layers)
        )
        half = self.shape.head_width // 2
        inverse = self.shape.rope_base ** (-torch.arange(half, dtype=torch.float64) / half)
        self.register_buffer("inverse_frequency", inverse, persistent=False)

    def forward(self, tokens: Tensor, positions: Tensor, mask: Tensor, rows: Tensor) -> Tensor:
        """Hidden states after the last norm, for the asked rows only.

        tokens, positions: (n,) int64; mask: (n, n) bool, True where row i may look at column j; rows: (m,) int64.
        Returns (m, width) in the model's dtype.
        """
        angle = positions.to(torch.float64)[:, None] * self.inverse_frequency
        cos, sin = angle.cos().to(self.dtype), angle.sin().to(self.dtype)
        additive = torch.zeros(mask.shape, dtype=self.dtype, device=mask.device).masked_fill_(~mask, float("-inf"))
        x = F.embedding(tokens, self.embedding)
        for block in self.blocks:
            x = block(x, cos, sin, additive)
        return F.rms_norm(x[rows], (self.shape.width,), self.output_norm, self.shape.norm_eps)

    def adapter(self) -> Iterator[tuple[str, Tensor]]:
        """Names as llama.cpp wants them in an adapter file, with the trained matrices."""
        for i, block in enumerate(self.blocks):
            for name in PROJECTIONS:
                linear = getattr(block, name)
                yield f"blk.{i}.{name}.weight.lora_a", linear.lora_a
                yield f"blk.{i}.{name}.weight.lora_b", linear.lora_b

    def load_adapter(self, state: dict[str, Tensor]) -> None:
        """Copy matrices saved under the names of `adapter` into the model."""
        with torch.no_grad():
            for name, parameter in self.adapter():
                parameter.copy_(state[name])


def layer_tensors(tensors: dict[str, Tensor], layer: int) -> dict[str, Tensor]:
    """The weights of one layer, without its prefix."""
    prefix = f"blk.{layer}."
    return {name.removeprefix(prefix): tensor for name, tensor in tensors.items() if name.startswith(prefix)}


def read_gguf(path: Path, dtype: torch.dtype) -> tuple[LlamaShape, dict[str, Tensor]]:
    """Shape and dequantised weights of a Llama GGUF file, names without the suffix ".weight"."""
    from gguf import GGUFReader
    from gguf.quants import dequantize

    reader = GGUFReader(str(path))

    def field(name: str) -> float:
        return reader.fields[f"llama.{name}"].contents()

    shape = LlamaShape(
        layers=int(field("block_count")),
        width=int(field("embedding_length")),
        heads=int(field("attention.head_count")),
        kv_heads=int(field("attention.head_count_kv")),
        rope_base=float(field("rope.freq_base")),
        norm_eps=float(field("attention.layer_norm_rms_epsilon")),
    )
    tensors = {
        tensor.name.removesuffix(".weight"): torch.from_numpy(dequantize(tensor.data, tensor.tensor_type)).to(dtype)
        for tensor in reader.tensors
    }
    return shape, tensors
