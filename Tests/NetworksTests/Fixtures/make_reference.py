"""Layers and optimisers as PyTorch computes them in double precision: writes reference.json beside this file.

    python make_reference.py        (torch 2.x)

A layer's case holds its state_dict, an input, the output, a random cotangent c, and the gradients of sum(c * output).
An optimiser's case holds parameters, one gradient for each of ten steps, and the parameters after every step.
"""
import json
import pathlib

import torch
from torch import nn

torch.set_default_dtype(torch.float64)
torch.manual_seed(5)


def numbers(*shape, scale=1.0):
    """Four decimals each, so that the file stays readable and single precision starts from nearly the same."""
    return torch.round(torch.randn(*shape) * scale * 1e4) / 1e4


def block(tensor):
    return {"shape": list(tensor.shape), "data": [x for x in tensor.detach().reshape(-1).tolist()]}


def named(pairs):
    return [{"name": name, "tensor": block(tensor)} for name, tensor in pairs]


def layer(kind, module, x, settings=None, call=None, start=None):
    for parameter in module.parameters():
        parameter.data = numbers(*parameter.shape, scale=0.5)
    x = x.clone().requires_grad_(x.is_floating_point())
    arguments = [x]
    if start is not None:
        arguments.append(start)
    output = (call or module)(*arguments)
    cotangent = numbers(*output.shape)
    (cotangent * output).sum().backward()
    return {
        "kind": kind, "settings": settings or {}, "parameters": named(module.state_dict().items()), "x": block(x),
        "start": block(start) if start is not None else None, "output": block(output), "cotangent": block(cotangent),
        "xGradient": block(x.grad) if x.grad is not None else None,
        "gradients": named((name, parameter.grad) for name, parameter in module.named_parameters())}


def layers():
    yield layer("linear", nn.Linear(4, 3), numbers(5, 4))
    yield layer("linear", nn.Linear(4, 3), numbers(2, 5, 4))
    yield layer("linear", nn.Linear(4, 3), numbers(4))
    yield layer("linear", nn.Linear(4, 3, bias=False), numbers(5, 4))
    yield layer("linear", nn.Linear(4, 3, bias=False), numbers(2, 2, 4))
    for (inputs, outputs, size, stride, padding), (h, w), bias in [((1, 2, 4, 2, 1), (6, 6), True), ((2, 3, 3, 1, 0), (5, 4), True), ((3, 2, (2, 3), 2, 1), (4, 5), False)]:
        yield layer("conv2d", nn.Conv2d(inputs, outputs, size, stride, padding, bias=bias), numbers(2, inputs, h, w), {"stride": stride, "padding": padding})
        yield layer("convTranspose2d", nn.ConvTranspose2d(inputs, outputs, size, stride, padding, bias=bias), numbers(2, inputs, h, w), {"stride": stride, "padding": padding})
    yield layer("conv1d", nn.Conv1d(2, 3, 4, 2, 1), numbers(2, 2, 8), {"stride": 2, "padding": 1})
    yield layer("conv1d", nn.Conv1d(3, 1, 1, bias=False), numbers(1, 3, 5), {"stride": 1, "padding": 0})
    yield layer("embedding", nn.Embedding(6, 3), torch.tensor([0, 5, 2, 5]))
    gru = nn.GRU(3, 4)
    yield layer("gru", gru, numbers(5, 2, 3), call=lambda x: gru(x)[0])
    started = nn.GRU(2, 3)
    yield layer("gru", started, numbers(4, 1, 2), call=lambda x, h: started(x, h[None])[0], start=numbers(1, 3))
    yield layer("layerNorm", nn.LayerNorm(5), numbers(3, 5))
    yield layer("layerNorm", nn.LayerNorm(4), numbers(2, 3, 4))
    # Zero, where slopes are a matter of convention, is among the inputs.
    x = torch.cat([numbers(10, scale=2.0), torch.tensor([0.0, -30.0, 30.0])])
    for kind, module in [("relu", nn.ReLU()), ("tanh", nn.Tanh()), ("sigmoid", nn.Sigmoid()), ("softplus", nn.Softplus(threshold=1000)),
                         ("leakyReLU", nn.LeakyReLU(0.2)), ("elu", nn.ELU()), ("gelu", nn.GELU()), ("silu", nn.SiLU())]:
        yield layer(kind, module, x)
    yield layer("flatten", nn.Flatten(), numbers(2, 3, 2))
    yield layer("reshape", nn.Unflatten(1, (3, 2, 1)), numbers(2, 6))
    yield layer("upsample", nn.Upsample(scale_factor=2), numbers(1, 2, 2, 3))
    yield layer("sequential", nn.Sequential(
        nn.Conv2d(1, 2, 4, 2, 1), nn.ReLU(), nn.Flatten(), nn.Linear(18, 4), nn.Tanh(), nn.Linear(4, 8), nn.Unflatten(1, (2, 2, 2)),
        nn.ConvTranspose2d(2, 1, 4, 2, 1)), numbers(2, 1, 6, 6))


def optimiser(kind, make, rates=None, clip=None, average=None):
    parameters = [nn.Parameter(numbers(3, 2)), nn.Parameter(numbers(4))]
    rates = rates or [0.1] * 10
    steps = make(parameters)
    case = {"kind": kind, "rates": rates, "clip": clip, "average": average, "start": [block(p) for p in parameters], "gradients": [], "after": [], "norms": [], "averages": []}
    mean = None
    if average is not None:
        model = nn.ParameterList(parameters)
        mean = torch.optim.swa_utils.AveragedModel(model, multi_avg_fn=torch.optim.swa_utils.get_ema_multi_avg_fn(average))
        mean.update_parameters(model)
    for step in range(10):
        for p in parameters:
            # Now and then a gradient far larger than the others, and one that is 0.
            p.grad = numbers(*p.shape) * (20 if step == 4 else 0 if step == 7 else 1)
        case["gradients"].append([block(p.grad) for p in parameters])
        if clip is not None:
            case["norms"].append(float(nn.utils.clip_grad_norm_(parameters, clip)))
        steps.param_groups[0]["lr"] = rates[step]
        steps.step()
        case["after"].append([block(p) for p in parameters])
        if mean is not None:
            mean.update_parameters(model)
            case["averages"].append([block(p) for p in mean.module.parameters()])
    return case


def optimisers():
    o = torch.optim
    yield optimiser("sgd", lambda p: o.SGD(p, 0.1))
    yield optimiser("momentum", lambda p: o.SGD(p, 0.1, momentum=0.9))
    yield optimiser("nesterov", lambda p: o.SGD(p, 0.1, momentum=0.9, nesterov=True))
    yield optimiser("adam", lambda p: o.Adam(p, 0.1))
    yield optimiser("adam", lambda p: o.Adam(p, 0.1), rates=[0.1 / (1 + k) for k in range(10)])
    yield optimiser("adamW", lambda p: o.AdamW(p, 0.1, weight_decay=0.05))
    yield optimiser("rmsprop", lambda p: o.RMSprop(p, 0.1))
    yield optimiser("centred", lambda p: o.RMSprop(p, 0.1, centered=True))
    yield optimiser("adam", lambda p: o.Adam(p, 0.1), clip=3.0, average=0.9)
    yield optimiser("sgd", lambda p: o.SGD(p, 0.1), clip=3.0, average=0.9)


def schedules():
    def rates(start, make, count=12):
        steps = torch.optim.SGD([nn.Parameter(torch.zeros(1))], start)
        schedule = make(steps)
        result = []
        for _ in range(count):
            result.append(steps.param_groups[0]["lr"])
            steps.step()
            schedule.step()
        return result
    s = torch.optim.lr_scheduler
    return {
        "constant": rates(0.3, lambda o: s.ConstantLR(o, factor=1.0)),
        "warmUp": rates(0.3, lambda o: s.LinearLR(o, start_factor=1 / 4, end_factor=1.0, total_iters=3)),
        "cosine": rates(0.3, lambda o: s.CosineAnnealingLR(o, T_max=11, eta_min=0.01)),
        "stairs": rates(0.3, lambda o: s.StepLR(o, step_size=3, gamma=0.5)),
        "warmUpCosine": rates(0.3, lambda o: s.SequentialLR(
            o, [s.LinearLR(o, start_factor=1 / 4, end_factor=1.0, total_iters=3), s.CosineAnnealingLR(o, T_max=8)], milestones=[4]))}


def main():
    result = {"layers": list(layers()), "optimisers": list(optimisers()), "schedules": schedules()}
    lines = [f'"{key}": [\n' + ",\n".join(json.dumps(case) for case in result[key]) + "\n]" for key in ("layers", "optimisers")]
    lines.append('"schedules": ' + json.dumps(result["schedules"]))
    pathlib.Path(__file__).with_name("reference.json").write_text("{\n" + ",\n".join(lines) + "\n}\n")
    print(len(result["layers"]), "layers,", len(result["optimisers"]), "optimisers")


if __name__ == "__main__":
    main()
