import Foundation
import Testing

@Suite("Program: export")
struct ExportCommandTests {
    private func train(_ fixture: RunFixture, _ out: String, _ words: String) throws {
        let run = try Binary.run(["train"] + words.split(separator: " ").map(String.init) + ["--batch", "32", "--epochs", "1", "--quiet", "--out", fixture.path(out)])
        try #require(run.code == 0, "\(run.errors)")
    }

    @Test func aFolderThatIsARunFolderToo() throws {
        try RunFixture.use { fixture in
            try fixture.writePixels(300, "pixels")
            let pixels = fixture.path("pixels"), run = fixture.path("run")
            try train(fixture, "run", "vae --data \(pixels) --hidden 16 --latent 3")
            let first = try Binary.run("export", run, "--to", "pytorch")
            #expect(first.code == 0 && first.output == run + "/pytorch/model.py\n" && first.errors.isEmpty)
            #expect(fixture.names("run/pytorch") == ["config.json", "model.py", "model.safetensors"])
            #expect(fixture.bytes("run/pytorch/model.safetensors") == fixture.bytes("run/model.safetensors"))
            #expect(fixture.text("run/pytorch/model.py").contains("self.posterior = nn.Linear(16, 6)"))
            #expect(try Binary.run("sample", run + "/pytorch", "--out", fixture.path("a.npy")).code == 0)

            // Again, into the run folder itself, from the file's name.
            #expect(try Binary.run("export", run, "--to", "pytorch").code == 0)
            let before = fixture.bytes("run/model.safetensors"), names = fixture.names("run")
            #expect(try Binary.run("export", run + "/model.safetensors", "--to=pytorch", "--out", run + "/.").code == 0)
            #expect(fixture.bytes("run/model.safetensors") == before && fixture.names("run") == (names + ["model.py"]).sorted())
            #expect(fixture.bytes("run/model.py") == fixture.bytes("run/pytorch/model.py"))

            // Weights trained elsewhere are not lost.
            try train(fixture, "other", "vae --data \(pixels) --hidden 16 --latent 3 --seed 2")
            let refused = try Binary.run("export", fixture.path("other"), "--to", "pytorch", "--out", run + "/pytorch")
            #expect(refused.code == 2 && refused.errors.contains("other weights") && fixture.bytes("run/pytorch/model.safetensors") == before)
        }
    }

    @Test func wrongUse() throws {
        try RunFixture.use { fixture in
            try fixture.writePixels(100, "pixels")
            try train(fixture, "run", "ae --data \(fixture.path("pixels")) --hidden 4 --latent 2")
            let run = fixture.path("run")
            for (words, code) in [
                ([run], 2), ([run, "--to", "jax"], 2), (["--to", "pytorch"], 2), ([run, run, "--to", "pytorch"], 2), ([run, "--to", "pytorch", "--out", ""], 2),
                ([fixture.path("none"), "--to", "pytorch"], 3), ([fixture.path("pixels"), "--to", "pytorch"], 3), ([run, "--to", "pytorch", "--out", "/proc/x"], 3),
                ([run, "--to", "pytorch", "--out", fixture.path("pixels")], 3),
            ] {
                let result = try Binary.run(["export"] + words)
                #expect(result.code == code && result.output.isEmpty && !result.errors.isEmpty, "\(words): \(result.code) \(result.errors)")
            }
        }
    }
}

/// The exported modules in PyTorch itself.
@Suite(.enabled(if: PyTorch.path != nil, "Passed over: no Python with torch (VAELEARN_PYTHON may name one)."), .serialized)
struct PyTorchExportTests {
    /// A model's command line, and what its data are.
    private static let models = [
        ("mlp", "vae --hidden 24,12 --latent 3", "pixels"), ("conv", "vae --conv 6,8 --latent 3", "pixels"), ("one", "ae --conv 5 --latent 3", "pixels"),
        ("linear", "linear_vae --latent 2 --likelihood gaussian", "pixels"), ("beta", "beta_vae --beta 4 --free-bits 0.1 --latent 4 --hidden 16", "pixels"),
        ("capacity", "vae --capacity 2 --latent 3 --hidden 16", "pixels"), ("mixture", "vae --prior 3 --latent 2 --hidden 16", "pixels"),
        ("bernoulli", "ae --hidden 20 --latent 4", "pixels"), ("gaussian", "ae --hidden 20 --likelihood gaussian --sigma 0.3", "pixels"),
        ("learned", "ae --hidden 20 --likelihood gaussian --sigma learned", "pixels"), ("continuous", "ae --hidden 20 --likelihood continuous_bernoulli", "pixels"),
        ("categorical", "ae --hidden 20 --latent 4 --likelihood categorical", "onehot"),
    ]

    /// Each row of 8 has one bright pixel.
    private func writeOneHot(_ fixture: RunFixture) throws {
        var bytes: [UInt8] = [0, 0, 8, 3, 0, 0, 0, 200, 0, 0, 0, 8, 0, 0, 0, 8]
        for item in 0..<200 { for pixel in 0..<64 { bytes.append(pixel % 8 == (item * 7 + pixel / 8 * item) % 8 ? 255 : 0) } }
        try fixture.write(bytes, "onehot")
    }

    /// For each folder of an export: |Δ| of the codes and of the reconstructions, the loss of the test items where it has no
    /// noise, and their mean KL; of a mixture by 1000 draws, with the standard error that one draw an item has.
    private static let compare = """
        import importlib.util, pathlib, sys
        import numpy as np, torch
        base = pathlib.Path(sys.argv[1])
        for argument in sys.argv[2:]:
            name, data = argument.split("=")
            spec = importlib.util.spec_from_file_location(name, base / name / "pytorch" / "model.py")
            module = importlib.util.module_from_spec(spec)
            spec.loader.exec_module(module)
            net = module.load()
            train, test = module.read_data(base / data)
            with torch.no_grad():
                mu, logvar = net.encode(torch.cat([train, test]))
                rebuilt = net.means(net.decode(net.encode(test)[0]))
                loss = net.loss(test).item()
                error = 0.0
                if logvar is None:
                    kl = 0
                elif hasattr(net, "prior"):
                    m, v = (part.repeat(1000, 1) for part in net.encode(test))
                    draws = net.kl(m, v, net.reparameterize(m, v)).reshape(1000, -1)
                    kl, error = draws.mean().item(), (draws.var(0).mean() / draws.shape[1]).sqrt().item()
                else:
                    kl = net.kl(*net.encode(test)).sum(1).mean().item()
            codes = np.abs(mu.numpy() - np.load(base / f"{name}.z.npy")).max()
            means = np.abs(rebuilt.numpy() - np.load(base / f"{name}.r.npy")).max()
            print(name, len(mu), len(rebuilt), float(codes), float(means), loss, kl, error)
        """

    @Test func givesOurNumbersTrainsAndHandsBack() throws {
        try RunFixture.use { fixture in
            try fixture.writePixels(500, "pixels")
            try writeOneHot(fixture)
            for (name, words, data) in Self.models {
                let parts = words.split(separator: " ").map(String.init)
                let run = try Binary.run(["train"] + parts + ["--data", fixture.path(data), "--batch", "32", "--epochs", "2", "--quiet", "--out", fixture.path(name)])
                try #require(run.code == 0, "\(name): \(run.errors)")
                #expect(try Binary.run("export", fixture.path(name), "--to", "pytorch").code == 0)
            }
            func expectAgreement(on names: [String], losses: Bool) throws {
                let chosen = Self.models.filter { names.contains($0.0) }
                for (name, _, _) in chosen {
                    let weights = fixture.path(name) + "/pytorch"
                    #expect(try Binary.run("encode", weights, "--out", fixture.path("\(name).z.npy")).code == 0)
                    #expect(try Binary.run("reconstruct", weights, "--n", "100", "--out", fixture.path("\(name).r.npy")).code == 0)
                }
                let result = try PyTorch.run(["-c", Self.compare, fixture.folder] + chosen.map { "\($0.0)=\($0.2)" })
                try #require(result.code == 0, "\(result.text)")
                let lines = result.text.split(separator: "\n").map { $0.split(separator: " ") }
                #expect(lines.map { String($0[0]) } == chosen.map(\.0))
                for line in lines {
                    let name = String(line[0]), numbers = line.dropFirst().compactMap { Double($0) }
                    try #require(numbers.count == 7)
                    #expect(numbers[0] == (name == "categorical" ? 200 : 500) && numbers[1] == numbers[0] / 10)
                    #expect(numbers[2] < 1e-5 && numbers[3] < 1e-5, "\(name): codes \(numbers[2]), means \(numbers[3])")
                    guard losses else { continue }
                    let history = try #require(fixture.text(name + "/history.csv").split(separator: "\n").last).split(separator: ",").compactMap { Double($0) }
                    let allowed = max(5 * numbers[6], 1e-4 * max(1, history[6]))
                    #expect(abs(numbers[5] - history[6]) < allowed, "\(name): KL \(numbers[5]) and \(history[6])")
                    if Self.models.first(where: { $0.0 == name })!.1.hasPrefix("ae") {
                        #expect(abs(numbers[4] - history[4]) < 1e-4 * max(1, abs(history[4])), "\(name): loss \(numbers[4]) and \(history[4])")
                    }
                }
            }
            try expectAgreement(on: Self.models.map(\.0), losses: true)

            // By one process, by one again, and by two; the loss falls, and the weights are ours to read.
            for (name, launch) in [("mlp", []), ("learned", []), ("conv", ["-m", "torch.distributed.run", "--nproc-per-node", "2"])] {
                let before = fixture.bytes(name + "/pytorch/model.safetensors")
                let run = try PyTorch.run(launch + [fixture.path(name) + "/pytorch/model.py", "--data", fixture.path("pixels"), "--epochs", "2", "--batch", "16"])
                #expect(run.code == 0 && run.text.contains("epoch 2  train loss "), "\(name): \(run.text)")
                #expect(fixture.bytes(name + "/pytorch/model.safetensors") != before)
                #expect(fixture.names(name + "/pytorch").allSatisfy { !$0.hasSuffix(".part") })
                let losses = run.text.split(separator: "\n").filter { $0.hasPrefix("epoch ") }.compactMap { Double($0.split(separator: " ")[4]) }
                #expect(losses.count == 2 && losses[1] < losses[0], "\(name): \(run.text)")
            }
            try expectAgreement(on: ["mlp", "learned", "conv"], losses: false)
        }
    }
}

/// Python with torch and numpy: the one that VAELEARN_PYTHON names, else python3.
enum PyTorch {
    static let path: String? = [ProcessInfo.processInfo.environment["VAELEARN_PYTHON"], "python3"].compactMap(\.self)
        .first { (try? run($0, ["-c", "import torch, numpy"]))?.code == 0 }

    static func run(_ words: [String]) throws -> (code: Int32, text: String) { try run(try #require(path), words) }

    private static func run(_ python: String, _ words: [String]) throws -> (code: Int32, text: String) {
        let process = Process(), output = Pipe()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = [python, "-B"] + words
        process.standardOutput = output
        process.standardError = output
        try process.run()
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        return (process.terminationStatus, text)
    }
}
