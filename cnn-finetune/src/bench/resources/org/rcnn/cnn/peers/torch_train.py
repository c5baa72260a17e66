"""Trains a described network on one batch, a number of iterations for each line that comes.

usage: torch_train.py FOLDER THREADS
reads FOLDER/net.json, weights.bin and input.bin; writes trained.bin when asked for it.
"train N" is answered by elapsed and CPU seconds, "choose" by 1 if an iteration is faster channels last.
"""

import json
import sys
import time

import numpy
import torch
import torch.nn.functional as F

PARTS = ("weight", "bias", "gamma", "beta", "mean", "variance")


def parameters(layers):
    """Layer, part and shape of every parameter, in the order in which they lie in the file."""
    for layer in layers:
        for branch in layer.get("branches", []):
            yield from parameters(branch)
        yield from parameters(layer.get("layers", []))
        for part in PARTS:
            if isinstance(layer.get(part), list):
                yield layer["name"] + "." + part, layer[part]


def apply(layer, x, values):
    kind = layer["kind"]

    def value(part):
        return values[layer["name"] + "." + part]

    if kind == "Convolution":
        return F.conv2d(
            x, value("weight"), value("bias"), layer["stride"], layer["padding"], 1, layer["groups"]
        )
    if kind == "Linear":
        return F.linear(x.flatten(1), value("weight"), value("bias"))
    if kind == "BatchNorm":
        return F.batch_norm(
            x, value("mean"), value("variance"), value("gamma"), value("beta"), True, 0.1, 1e-5
        )
    if kind == "Relu":
        return F.relu_(x)
    if kind == "Dropout":
        return F.dropout(x, layer["rate"]) if layer["rate"] > 0 else x
    if kind == "MaxPool":
        return F.max_pool2d(x, layer["kernel"], layer["stride"], layer["padding"], 1, layer["ceil"])
    if kind == "AveragePool":
        return F.avg_pool2d(x, layer["kernel"], layer["stride"], layer["padding"])
    if kind == "GlobalAverage":
        return F.adaptive_avg_pool2d(x, 1)
    if kind == "LocalResponseNorm":
        return F.local_response_norm(x, layer["size"], layer["alpha"], layer["beta"], layer["k"])
    if kind == "Parallel":
        results = [through(branch, x, values) for branch in layer["branches"]]
        return results[0] + results[1] if layer["join"] == "ADD" else torch.cat(results, 1)
    return x


def through(layers, x, values):
    for layer in layers:
        x = apply(layer, x, values)
    return x


class Training:
    """The network's own state: its parameters, and the optimiser's."""

    def __init__(self, net, weights, images, channels_last):
        layout = torch.channels_last if channels_last else torch.contiguous_format
        self.net = net
        self.images = images.contiguous(memory_format=layout)
        self.labels = torch.tensor(net["labels"])
        self.values = {}
        groups = []
        at = 0
        for name, shape in parameters(net["layers"]):
            count = int(numpy.prod(shape))
            value = torch.from_numpy(weights[at : at + count].reshape(shape).copy())
            at += count
            if len(shape) == 4:
                value = value.contiguous(memory_format=layout)
            if net["rates"][name] > 0:
                value.requires_grad_(True)
                decay = net["decay"] if name.endswith(".weight") else 0
                rate = net["rate"] * net["rates"][name]
                groups.append({"params": [value], "lr": rate, "weight_decay": decay})
            self.values[name] = value
        self.optimiser = torch.optim.SGD(groups, lr=net["rate"], momentum=net["momentum"])

    def train(self, iterations):
        cpu = time.process_time()
        start = time.perf_counter()
        for _ in range(iterations):
            self.optimiser.zero_grad(set_to_none=True)
            scores = through(self.net["layers"], self.images, self.values)
            loss = F.cross_entropy(scores, self.labels, label_smoothing=self.net["smoothing"])
            loss.backward()
            self.optimiser.step()
            loss.item()
        return time.perf_counter() - start, time.process_time() - cpu


def seconds(training):
    training.train(1)
    return min(training.train(1), training.train(1))[0]


def main():
    folder, threads = sys.argv[1], int(sys.argv[2])
    torch.set_num_threads(threads)
    with open(folder + "/net.json") as file:
        net = json.load(file)
    weights = numpy.fromfile(folder + "/weights.bin", dtype="<f4")
    stored = torch.from_numpy(numpy.fromfile(folder + "/input.bin", dtype="<f4"))
    images = stored.reshape(-1, net["side"], net["side"], 3).permute(0, 3, 1, 2)
    training = Training(net, weights, images, True)
    print("ready", flush=True)
    for line in sys.stdin:
        command = line.split()
        if command[0] == "train":
            print(*training.train(int(command[1])), flush=True)
        elif command[0] == "choose":
            last = seconds(training)
            training = None
            first = seconds(Training(net, weights, images, False))
            training = Training(net, weights, images, last < first)
            print(int(last < first), flush=True)
        else:
            with open(folder + "/trained.bin", "wb") as file:
                for value in training.values.values():
                    value.detach().contiguous().numpy().astype("<f4").tofile(file)
            print("written", flush=True)


main()
