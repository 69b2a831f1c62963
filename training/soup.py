"""Averages the weights of two adapters of one origin: `python -m training.soup FIRST SECOND OUT --share 0.4`.

An adapter trained on for a new matter forgets a part of the old one; a point between the two checkpoints keeps most of
both (Wortsman et al. 2022, "Model soups"). Factors A and B of each layer are averaged on their own, which is right for
checkpoints that lie close together: one must have been trained from the other.
"""

import argparse
from pathlib import Path

import torch


def main() -> None:
    """Read two checkpoints and write the adapter between them."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("first", type=Path)
    parser.add_argument("second", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--share", type=float, default=0.5, help="of the second adapter, 0..1")
    options = parser.parse_args()
    first, second = (torch.load(path, weights_only=True) for path in (options.first, options.second))
    if first["rank"] != second["rank"] or first["alpha"] != second["alpha"]:
        raise SystemExit("the adapters differ in rank or alpha")
    adapter = {
        name: torch.lerp(tensor, second["adapter"][name], options.share) for name, tensor in first["adapter"].items()
    }
    torch.save({"adapter": adapter, "rank": first["rank"], "alpha": first["alpha"]}, options.out)


if __name__ == "__main__":
    main()
