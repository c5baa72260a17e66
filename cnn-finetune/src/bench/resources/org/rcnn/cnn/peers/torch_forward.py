"""Runs a described network on a batch whenever a line comes, and prints the seconds it took.

usage: torch_forward.py FOLDER THREADS
reads FOLDER/net.json, weights.bin and input.bin; writes output.bin when asked for it.
"""

import json
import sys
import time

import numpy
import torch
import torch.nn.functional as F


def load(layers, weights):
    """Gives every layer its tensors, in the order in which they lie in the file."""
    for layer in layers:
        for branch in layer.get("branches", []):
            load(branch, weights)
        load(layer.get("layers", []), weights)
        for part in ("weight", "bias"):
            if part in layer:
                shape = layer[part]
                count = int(numpy.prod(shape))
                layer[part] = torch.from_numpy(weights.take(count).reshape(shape))


class Floats:
    def __init__(self, path):
        self.values = numpy.fromfile(path, dtype="<f4")
        self.at = 0

    def take(self, count):
        self.at += count
        return self.values[self.at - count : self.at]


def apply(layer, x):
    kind = layer["kind"]
    if kind == "Convolution":
        return F.conv2d(
            x, layer["weight"], layer["bias"], layer["stride"], layer["padding"], 1, layer["groups"]
        )
    if kind == "Linear":
        return F.linear(x.flatten(1), layer["weight"], layer["bias"])
    if kind == "Relu":
        return F.relu_(x)
    if kind == "MaxPool":
        return F.max_pool2d(x, layer["kernel"], layer["stride"], layer["padding"], 1, layer["ceil"])
    if kind == "AveragePool":
        return F.avg_pool2d(x, layer["kernel"], layer["stride"], layer["padding"])
    if kind == "GlobalAverage":
        return F.adaptive_avg_pool2d(x, 1)
    if kind == "LocalResponseNorm":
        return F.local_response_norm(x, layer["size"], layer["alpha"], layer["beta"], layer["k"])
    if kind == "Parallel":
        results = [through(branch, x) for branch in layer["branches"]]
        return results[0] + results[1] if layer["join"] == "ADD" else torch.cat(results, 1)
    return x


def through(layers, x):
    for layer in layers:
        x = apply(layer, x)
    return x


def forward(net, x):
    for layer in net["layers"]:
        ends = layer["name"] == net["tap"]
        if layer["kind"] == "Aside":
            x = through(layer["layers"], x) if ends else x
        else:
            x = apply(layer, x)
        if ends:
            return x.flatten(1)


def main():
    folder, threads = sys.argv[1], int(sys.argv[2])
    torch.set_num_threads(threads)
    with open(folder + "/net.json") as file:
        net = json.load(file)
    load(net["layers"], Floats(folder + "/weights.bin"))
    images = torch.from_numpy(numpy.fromfile(folder + "/input.bin", dtype="<f4"))
    images = images.reshape(net["batch"], 3, net["side"], net["side"])
    print("ready", flush=True)
    with torch.no_grad():
        for line in sys.stdin:
            if line.strip() == "run":
                start = time.perf_counter()
                features = forward(net, images)
                print(time.perf_counter() - start, flush=True)
            else:
                features.numpy().astype("<f4").tofile(folder + "/output.bin")
                print("written", flush=True)


main()
