"""Runs a network whose convolutions are in an .npz, its fully connected layers drawn at random.

usage: imagenet_weights.py NETWORK FILE.npz FOLDER
leaves FOLDER/complete.npz (the file's arrays and the new ones) and FOLDER/outputs.npz (input,
scores and the taps, float32). Written from the publications, without torchvision or Gluon.
"""

import sys

import numpy
import torch
import torch.nn.functional as F

CLASSES = 21
WIDTH = 1024


def bvlc_alexnet(w, x):
    """conv, ReLU, norm, pool twice; three convolutions; pool. Groups of two in 2, 4 and 5."""

    def conv(x, layer, stride, padding, groups):
        weight, bias = w[f"conv{layer}.weight"], w[f"conv{layer}.bias"]
        return F.relu(F.conv2d(x, weight, bias, stride, padding, 1, groups))

    def pool(x):
        return F.max_pool2d(x, 3, 2, ceil_mode=True)

    def norm(x):
        return F.local_response_norm(x, 5, alpha=1e-4, beta=0.75, k=1.0)

    x = pool(norm(conv(x, 1, 4, 0, 1)))
    x = pool(norm(conv(x, 2, 1, 2, 2)))
    return pool(conv(conv(conv(x, 3, 1, 1, 1), 4, 1, 1, 2), 5, 1, 1, 2))


def resnet50v2_c4(w, x):
    """Pre-activation bottlenecks with Gluon's names; normalisation computed, not folded."""

    def norm(x, name):
        parts = ("running_mean", "running_var", "gamma", "beta")
        return F.batch_norm(x, *(w[f"{name}_{part}"] for part in parts), eps=1e-5)

    def conv(x, name, stride=1):
        weight = w[f"{name}_weight"]
        return F.conv2d(x, weight, None, stride, weight.shape[2] // 2)

    x = conv(norm(x, "batchnorm0"), "conv0", 2)
    x = F.max_pool2d(F.relu(norm(x, "batchnorm1")), 3, 2, 1)
    for stage, units in ((1, 3), (2, 4), (3, 6)):
        convolutions = norms = 0
        for unit in range(units):
            stride = 2 if unit == 0 and stage > 1 else 1
            name = f"stage{stage}_"
            active = F.relu(norm(x, f"{name}batchnorm{norms}"))
            y = conv(active, f"{name}conv{convolutions}")
            y = F.relu(norm(y, f"{name}batchnorm{norms + 1}"))
            y = conv(y, f"{name}conv{convolutions + 1}", stride)
            y = F.relu(norm(y, f"{name}batchnorm{norms + 2}"))
            y = conv(y, f"{name}conv{convolutions + 2}")
            norms += 3
            convolutions += 3
            if unit == 0:
                x = conv(active, f"{name}conv{convolutions}", stride)
                convolutions += 1
            x = x + y
    return F.adaptive_avg_pool2d(F.relu(norm(x, "stage4_batchnorm0")), 3)


NETWORKS = {
    "bvlc_alexnet-fc1024": (bvlc_alexnet, 227, 60.0, "."),
    "resnet50v2_c4": (resnet50v2_c4, 112, 1.0, "_"),
    "resnet50v2_c4-160": (resnet50v2_c4, 160, 1.0, "_"),
}


def picture(side, deviation):
    """Two inputs whose neighbouring pixels are alike, as in photos."""
    coarse = torch.randn(2, 3, side // 8 + 1, side // 8 + 1)
    smooth = F.interpolate(coarse, size=(side, side), mode="bilinear", align_corners=False)
    return deviation * (smooth + 0.3 * torch.randn(2, 3, side, side))


def main():
    name, path, folder = sys.argv[1:]
    convolutions, side, deviation, dot = NETWORKS[name]
    torch.manual_seed(len(name))
    file = numpy.load(path)
    arrays = {key: file[key] for key in file.files}
    w = {key: torch.from_numpy(array.astype(numpy.float32)) for key, array in arrays.items()}
    x = picture(side, deviation)
    outputs = {"input": x}
    with torch.no_grad():
        x = outputs["pool5"] = convolutions(w, x).flatten(1)
        for layer, width in (("fc6", WIDTH), ("fc7", WIDTH), ("fc8", CLASSES)):
            weight = torch.randn(width, x.shape[1]) * (2 / x.shape[1]) ** 0.5
            bias = torch.randn(width) * 0.1
            arrays[f"{layer}{dot}weight"] = weight.numpy()
            arrays[f"{layer}{dot}bias"] = bias.numpy()
            x = F.linear(x, weight, bias)
            x = x if layer == "fc8" else F.relu(x)
            outputs["scores" if layer == "fc8" else layer] = x
    numpy.savez(f"{folder}/complete.npz", **arrays)
    numpy.savez(f"{folder}/outputs.npz", **{key: v.numpy() for key, v in outputs.items()})


main()
