"""Writes one torchvision backbone with random weights, an input, and what the backbone makes of it.

usage: torchvision_backbones.py NAME FOLDER
leaves FOLDER/NAME.pth and FOLDER/NAME-outputs.npz (input, scores and the taps, float32).
"""

import sys

import numpy
import torch
import torch.nn.functional as F
import torchvision

SIZES = {"alexnet": 227, "vgg16": 224, "squeezenet1_0": 227, "resnet50": 224}


def randomise(model, seed):
    """Every parameter and statistic differs from its default; activations keep their order."""
    torch.manual_seed(seed)
    for module in model.modules():
        if isinstance(module, (torch.nn.Conv2d, torch.nn.Linear)):
            torch.nn.init.kaiming_normal_(module.weight)
            if module.bias is not None:
                torch.nn.init.normal_(module.bias, std=0.1)
        elif isinstance(module, torch.nn.BatchNorm2d):
            torch.nn.init.uniform_(module.weight, 0.5, 1.0)
            torch.nn.init.normal_(module.bias, std=0.1)
            torch.nn.init.normal_(module.running_mean, std=0.1)
            torch.nn.init.uniform_(module.running_var, 0.5, 1.5)


def taps(name, model, x):
    """pool5, fc6, fc7 as the project defines them, computed from torchvision's own modules."""
    if name in ("alexnet", "vgg16"):
        pool5 = model.features(x).flatten(1)
        first, second = (1, 4) if name == "alexnet" else (0, 3)
        fc6 = F.relu(model.classifier[first](pool5))
        return {"pool5": pool5, "fc6": fc6, "fc7": F.relu(model.classifier[second](fc6))}
    if name == "squeezenet1_0":
        return {"pool5": F.max_pool2d(model.features(x), 3, 2).flatten(1)}
    maps = x
    for child in ("conv1", "bn1", "relu", "maxpool", "layer1", "layer2", "layer3", "layer4"):
        maps = getattr(model, child)(maps)
    return {
        "pool5": F.avg_pool2d(maps, 3, 2).flatten(1),
        "fc7": model.avgpool(maps).flatten(1),
    }


def save(name, model, folder):
    """Each backbone in another of the ways in which people save state dicts."""
    state = model.state_dict()
    path = f"{folder}/{name}.pth"
    if name == "vgg16":  # as published: the pickles of before torch 1.6
        torch.save(state, path, _use_new_zipfile_serialization=False)
    elif name == "resnet50":  # as a data-parallel training leaves it
        wrapped = {"module." + key: value for key, value in state.items()}
        torch.save({"epoch": 90, "arch": name, "state_dict": wrapped}, path)
    else:
        torch.save(state, path)
    if name == "squeezenet1_0":
        arrays = {key: value.numpy() for key, value in state.items()}
        numpy.savez(f"{folder}/{name}.npz", **arrays)


def main():
    name, folder = sys.argv[1:]
    model = getattr(torchvision.models, name)()
    randomise(model, seed=len(name))
    model.eval()
    x = torch.randn(2, 3, SIZES[name], SIZES[name])
    with torch.no_grad():
        outputs = {"input": x, "scores": model(x), **taps(name, model, x)}
    save(name, model, folder)
    numpy.savez(
        f"{folder}/{name}-outputs.npz",
        **{key: value.contiguous().numpy() for key, value in outputs.items()},
    )


main()
