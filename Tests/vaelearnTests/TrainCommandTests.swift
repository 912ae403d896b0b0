import Foundation
import Testing

@Suite("Program: train", .serialized)
struct TrainCommandTests {
    private func train(_ fixture: RunFixture, _ out: String, _ words: String..., during: ((pid_t) -> Void)? = nil) throws -> Binary.Run {
        try Binary.run(["train", "vae", "--data", fixture.path("pixels"), "--hidden", "24", "--latent", "3", "--batch", "32", "--out", fixture.path(out)] + words, during: during)
    }

    /// Sends a signal after so many microseconds.
    private func after(_ delay: UInt32, _ signal: Int32, times: Int = 1) -> (pid_t) -> Void {
        { child in
            Thread.detachNewThread {
                for _ in 0..<times {
                    usleep(delay / UInt32(times))
                    kill(child, signal)
                }
            }
        }
    }

    private func expectSame(_ fixture: RunFixture, _ a: String, _ b: String, sourceLocation: SourceLocation = #_sourceLocation) {
        #expect(fixture.names(a) == fixture.names(b), sourceLocation: sourceLocation)
        #expect(fixture.history(a) == fixture.history(b), sourceLocation: sourceLocation)
        // Seconds stand in these two.
        for name in fixture.names(a) where name != "history.csv" && name != "training.safetensors" {
            let isSame = fixture.bytes(a + "/" + name) == fixture.bytes(b + "/" + name)
            #expect(isSame, "\(name)", sourceLocation: sourceLocation)
        }
    }

    @Test func aRunFolder() throws {
        try RunFixture.use { fixture in
            try fixture.writePixels(500, "pixels")
            let run = try train(fixture, "a", "--epochs", "2", "--threads", "1")
            #expect(run.code == 0 && run.errors.isEmpty && !run.output.contains("\u{1B}") && run.output.contains("vae 64-24-3, bernoulli"))
            #expect(fixture.names("a") == [
                "config.json", "history.csv", "model.safetensors", "recon_epoch_001.png", "recon_epoch_002.png", "samples_epoch_001.png",
                "samples_epoch_002.png", "training.safetensors",
            ])
            let lines = fixture.text("a/history.csv").split(separator: "\n")
            #expect(lines[0] == "epoch,train_loss,train_recon,train_kl,test_loss,test_recon,test_kl,seconds")
            #expect(lines.count == 3 && lines.allSatisfy { $0.split(separator: ",").count == 8 })
            let first = lines[1].split(separator: ",").compactMap { Double($0) }
            #expect(first[0] == 1 && abs(first[1] - first[2] - first[3]) < 1e-9 && abs(first[4] - first[5] - first[6]) < 1e-9)
            // Neither date nor path nor threads.
            let header = String(decoding: fixture.bytes("a/model.safetensors")!.prefix(2000), as: UTF8.self)
            #expect(header.contains("\"encoder.0.weight\"") && !header.contains("__metadata__"))
            for threads in ["2", "5", "8"] {
                #expect(try train(fixture, threads, "--epochs", "2", "--threads", threads, "--quiet").output.isEmpty)
                expectSame(fixture, "a", threads)
            }
            #expect(try train(fixture, "other", "--epochs", "2", "--seed", "2").code == 0)
            #expect(fixture.bytes("other/model.safetensors") != fixture.bytes("a/model.safetensors"))
        }
    }

    @Test(arguments: [SIGINT, SIGKILL]) func stoppedAtAnyMoment(_ signal: Int32) throws {
        try RunFixture.use { fixture in
            try fixture.writePixels(500, "pixels")
            let whole = try train(fixture, "whole", "--epochs", "12")
            try #require(whole.code == 0)
            var delays = SystemRandomNumberGenerator()
            var stops = 0, longest = max(0.02, whole.seconds * 0.5)
            for _ in 0..<60 {
                let isBegun = fixture.names("parts").contains("training.safetensors")
                let delay = UInt32.random(in: 1000...UInt32(longest * 1e6), using: &delays)
                let run = try train(fixture, "parts", "--epochs", "12", isBegun ? "--resume" : "--quiet", during: after(delay, signal))
                if run.code == 0, stops > 0 { break }
                // Done before it could be stopped: anew, and the signal sooner.
                if run.code == 0 {
                    try FileManager.default.removeItem(atPath: fixture.path("parts"))
                    longest = max(0.002, longest / 2)
                    continue
                }
                stops += 1
                #expect(run.code == 130 || run.code == 128 + signal, "\(run.code) \(run.errors)")
                #expect(run.errors.isEmpty)
                if run.code == 130, isBegun, !run.output.isEmpty, run.output.contains("stopped") {
                    #expect(run.output.contains("vaelearn train vae --out \(fixture.path("parts")) --resume"))
                }
                if fixture.names("parts").contains("model.safetensors") {
                    #expect(try Binary.run(["sample", fixture.path("parts"), "--n", "2", "--out", fixture.path("s.npy")]).code == 0)
                }
            }
            let end = try train(fixture, "parts", "--resume", "--epochs", "12")
            #expect(end.code == 0 && end.errors.isEmpty)
            #expect(stops > 0)
            expectSame(fixture, "whole", "parts")
        }
    }

    /// An epoch of one step has no middle to stop in, and a second Ctrl-C does no harm.
    @Test func stoppedBetweenEpochs() throws {
        try RunFixture.use { fixture in
            try fixture.writePixels(30, "pixels")
            let run = try train(fixture, "a", "--epochs", "100000") { child in
                for _ in 0..<20_000 where fixture.history("a").count < 3 { usleep(1000) }
                after(0, SIGINT, times: 2)(child)
            }
            #expect(run.code == 130 && run.output.contains("stopped and saved"))
            let done = fixture.history("a").count - 1
            #expect(done > 0)
            #expect(try train(fixture, "a", "--resume", "--epochs", "\(done + 2)").code == 0)
            #expect(try train(fixture, "b", "--epochs", "\(done + 2)").code == 0)
            expectSame(fixture, "a", "b")
        }
    }

    @Test func goingOn() throws {
        try RunFixture.use { fixture in
            try fixture.writePixels(200, "pixels")
            try fixture.writePixels(100, "fewer")
            #expect(try train(fixture, "a", "--epochs", "1", "--beta", "2").code == 0)
            let out = fixture.path("a")
            func resume(_ words: String...) throws -> Binary.Run { try Binary.run(["train"] + words + ["--out", out, "--resume"]) }
            for (words, option) in [
                (["ae"], "the model vae, not ae"), (["vae", "--latent", "4"], "--latent 3, not 4"), (["vae", "--hidden", "24,24"], "--hidden 24, not 24,24"),
                (["vae", "--batch", "16"], "--batch 32, not 16"), (["vae", "--lr", "0.01"], "--lr 0.001, not 0.01"), (["vae", "--beta", "1"], "--beta 2.0, not 1.0"),
                (["vae", "--seed", "2"], "--seed 1, not 2"), (["vae", "--likelihood", "gaussian"], "--likelihood bernoulli, not gaussian"),
                (["vae", "--data", "digits"], "--data"),
            ] {
                let run = try Binary.run(["train"] + words + ["--epochs", "3", "--out", out, "--resume"])
                #expect(run.code == 2 && run.errors.contains(option), "\(words): \(run.code) \(run.errors)")
            }
            let before = fixture.bytes("a/model.safetensors")
            let finished = try resume("vae")
            #expect(finished.code == 0 && finished.output.contains("finished") && finished.output.contains("--epochs"))
            #expect(try resume("vae", "--epochs", "1").output.contains("finished"))
            #expect(fixture.bytes("a/model.safetensors") == before)
            // What is not said is as it was, and the threads are free.
            let more = try resume("vae", "--epochs", "3", "--threads", "1")
            #expect(more.code == 0 && more.output.contains("going on in epoch 2, batch 1"))
            #expect(try train(fixture, "b", "--epochs", "3", "--beta", "2").code == 0)
            expectSame(fixture, "a", "b")
            // Other data under the same name.
            try FileManager.default.removeItem(atPath: fixture.path("pixels"))
            try FileManager.default.moveItem(atPath: fixture.path("fewer"), toPath: fixture.path("pixels"))
            let other = try resume("vae", "--epochs", "4")
            #expect(other.code == 3 && other.errors.contains("does not fit"))
            // Anew in the same folder: nothing of the longer run is left.
            #expect(try train(fixture, "a", "--epochs", "1").code == 0)
            #expect(fixture.names("a").filter { $0.hasSuffix(".png") } == ["recon_epoch_001.png", "samples_epoch_001.png"])
        }
    }

    @Test func likelihoods() throws {
        try RunFixture.use { fixture in
            try fixture.writePixels(300, "pixels")
            // A learned σ: shown, saved, and gone on with.
            let run = try train(fixture, "a", "--epochs", "3", "--sigma", "learned", "--lr", "0.01")
            #expect(run.code == 0 && run.errors.isEmpty && run.output.contains("gaussian with a learned σ"), "\(run.errors)")
            let lines = run.output.split(separator: "\n").map { $0.split(separator: " ") }.filter { Int($0[0]) != nil }
            let shown = lines.compactMap { Double($0.last!) }
            #expect(shown.count == 3 && shown[2] < shown[0] && shown[0] < 1, "\(run.output)")
            #expect(fixture.text("a/config.json").contains("\"sigma\" : \"learned\""))
            #expect(try train(fixture, "b", "--epochs", "1", "--sigma", "learned", "--likelihood", "gaussian", "--lr", "0.01").code == 0)
            for (words, option) in [
                (["--sigma", "0.5"], "--sigma learned, not 0.5"), (["--likelihood", "bernoulli"], "--likelihood gaussian, not bernoulli"),
            ] {
                let other = try Binary.run(["train", "vae", "--out", fixture.path("b"), "--resume", "--epochs", "3"] + words)
                #expect(other.code == 2 && other.errors.contains(option), "\(words): \(other.code) \(other.errors)")
            }
            #expect(try Binary.run(["train", "vae", "--out", fixture.path("b"), "--resume", "--epochs", "3", "--threads", "1"]).code == 0)
            expectSame(fixture, "a", "b")

            // The others, and their models in use.
            for (name, option, value) in [("g", "--sigma", "0.5"), ("c", "--likelihood", "continuous_bernoulli")] {
                let run = try train(fixture, name, "--epochs", "2", option, value)
                #expect(run.code == 0 && fixture.history(name).count == 3, "\(run.errors)")
                #expect(try Binary.run("sample", fixture.path(name), "--n", "5", "--out", fixture.path("s.npy")).code == 0)
                #expect(try fixture.npy("s.npy").numbers.allSatisfy { $0.isFinite && (name == "g" || $0 > 0 && $0 < 1) })
            }
        }
    }

    @Test func categories() throws {
        try RunFixture.use { fixture in
            func train(_ data: String) throws -> Binary.Run {
                try Binary.run(["train", "vae", "--hidden", "8", "--latent", "2", "--epochs", "2", "--likelihood", "categorical", "--data", fixture.path(data), "--out", fixture.path("a")])
            }
            let rows = String(repeating: "1,0,0\n0,1,0\n0.25,0.25,0.5\n", count: 20)
            try fixture.write(Array(rows.utf8), "three.csv")
            let run = try train("three.csv")
            #expect(run.code == 0 && run.output.contains("categorical"), "\(run.errors)")
            #expect(try Binary.run("sample", fixture.path("a"), "--n", "50", "--out", fixture.path("s.npy")).code == 0)
            let (shape, numbers) = try fixture.npy("s.npy")
            #expect(shape == [50, 3])
            for at in stride(from: 0, to: 150, by: 3) { #expect(abs(numbers[at..<(at + 3)].reduce(0, +) - 1) < 1e-5) }
            for (number, text) in ["1,0,0\n0,1,0\n0,0.5,0\n", "1,1,0\n0,1,0\n", "2,-1,0\n1,0,0\n", "0,0,0\n0,0,0\n"].enumerated() {
                try fixture.write(Array(text.utf8), "bad.csv")
                let run = try train("bad.csv")
                #expect(run.code == 3 && run.errors.contains("sum to 1") && run.errors.contains("one-hot"), "\(number): \(run.code) \(run.errors)")
            }
            try fixture.writePixels(30, "pixels")
            let grey = try train("pixels")
            #expect(grey.code == 3 && grey.errors.contains("of 8"), "\(grey.errors)")
            let outside = try Binary.run("train", "vae", "--epochs", "1", "--likelihood", "continuous_bernoulli", "--data", "ring", "--out", fixture.path("a"))
            #expect(outside.code == 3 && outside.errors.contains("from 0 to 1"), "\(outside.errors)")
        }
    }

    @Test func checkpointsThatAreBroken() throws {
        try RunFixture.use { fixture in
            try fixture.writePixels(100, "pixels")
            #expect(try train(fixture, "a", "--epochs", "1").code == 0)
            let names = ["config.json", "model.safetensors", "training.safetensors"]
            let good = names.map { fixture.bytes("a/" + $0)! }
            func expectRefused(_ words: [String], _ what: String) throws {
                let run = try Binary.run(words)
                #expect(run.code == 3 && run.output.isEmpty && run.errors.split(separator: "\n").count <= 2 && !run.errors.isEmpty, "\(what): \(run.code) \(run.errors)")
                #expect(run.seconds < 5 && run.peak < 200 << 20, "\(what)")
            }
            let config = String(decoding: good[0], as: UTF8.self)
            let sick: [[UInt8]] = [
                [], [0], Array("{}".utf8), Array("[[[[".utf8), Array(repeating: UInt8(ascii: "["), count: 100_000), Array(good[0].dropLast(9)), [0xFF, 0xFE, 0x00],
            ] + [
                ("\"vae\"", "\"gan\""), ("\"bernoulli\"", "\"poisson\""), ("\"latent\" : 3", "\"latent\" : 0"), ("\"latent\" : 3", "\"latent\" : -3"),
                ("\"latent\" : 3", "\"latent\" : 4"), ("\"latent\" : 3", "\"latent\" : 1000000"), ("\"latent\" : 3", "\"latent\" : 1e300"),
                ("24", "1000000, 1000000, 1000000"), ("24", "\"x\""), ("8,", "8, 8,"), ("\"batch\" : 32", "\"batch\" : 0"), ("\"seed\" : 1", "\"seed\" : -1"),
            ].map { Array(config.replacingOccurrences(of: $0.0, with: $0.1).utf8) }
            for (number, bytes) in sick.enumerated() {
                try #require(bytes != good[0], "case \(number) changes nothing: \(config)")
                try fixture.write(bytes, "a/config.json")
                try expectRefused(["sample", fixture.path("a"), "--out", fixture.path("x.png")], "config \(number)")
                try expectRefused(["encode", fixture.path("a/model.safetensors"), "--out", fixture.path("x.npy")], "config \(number)")
            }
            try fixture.write(good[0], "a/config.json")
            for (number, name) in [(1, "model.safetensors"), (2, "training.safetensors")] {
                let bytes = good[number]
                var tampered = bytes
                tampered[9] ^= 0x20
                for (kind, broken) in [[], Array(bytes.prefix(4)), Array(bytes.prefix(bytes.count / 2)), Array(bytes.dropLast()), bytes + [0], tampered].enumerated() {
                    try fixture.write(broken, "a/" + name)
                    if number == 1 {
                        try expectRefused(["sample", fixture.path("a"), "--out", fixture.path("x.png")], "\(name) \(kind)")
                        try expectRefused(["reconstruct", fixture.path("a"), "--out", fixture.path("x.png")], "\(name) \(kind)")
                    } else {
                        try expectRefused(["train", "vae", "--out", fixture.path("a"), "--resume", "--epochs", "2"], "\(name) \(kind)")
                    }
                }
                try fixture.write(bytes, "a/" + name)
            }
            // The other's weights.
            try fixture.write(good[2], "a/model.safetensors")
            #expect(try Binary.run("sample", fixture.path("a"), "--out", fixture.path("x.png")).code == 0)
            for missing in ["nothing", "a/history.csv", "pixels"] { try expectRefused(["sample", fixture.path(missing)], missing) }
        }
    }

    @Test func lossesThatBecomeNaN() throws {
        try RunFixture.use { fixture in
            try fixture.writePixels(300, "pixels")
            #expect(try train(fixture, "a", "--epochs", "1", "--lr", "1e6").code == 1)
            let run = try train(fixture, "a", "--epochs", "50", "--lr", "1e12")
            #expect(run.code == 1 && run.errors.contains("became NaN or infinite in epoch") && run.errors.contains("learning rate"), "\(run.errors)")
            // What was saved before is whole and can be used.
            #expect(try Binary.run("sample", fixture.path("a"), "--out", fixture.path("s.npy")).code == 0)
            #expect(try fixture.npy("s.npy").numbers.allSatisfy(\.isFinite))
        }
    }

    @Test func dataAndFoldersThatDoNotDo() throws {
        try RunFixture.use { fixture in
            let out = fixture.path("out")
            func train(_ data: String, _ words: String...) throws -> Binary.Run {
                try Binary.run(["train", "vae", "--epochs", "1", "--hidden", "4", "--latent", "2", "--data", data, "--out", out] + words)
            }
            let files = [
                "wide.csv": "1,2\n3,-4\n5,6\n", "unit.csv": "0,1\n0.5,0.25\n1,1\n", "hole.csv": "0,1\nnan,0.5\n1,1\n", "late.csv": String(repeating: "0,1\n", count: 20) + "0,7\n",
                "one.csv": "0.5,0.25\n", "empty.csv": "", "header.csv": "a,b\n", "long.csv": String(repeating: "0.5,", count: 5000) + "1\n" + String(repeating: "0.5,", count: 5000) + "0\n",
            ]
            for (name, text) in files { try fixture.write(Array(text.utf8), name) }
            let outside = try train(fixture.path("wide.csv"), "--likelihood", "bernoulli")
            #expect(outside.code == 3 && outside.errors.contains("0 to 1") && outside.errors.contains("--likelihood gaussian"))
            #expect(try train(fixture.path("wide.csv")).output.contains("gaussian"))
            // The test part counts too.
            #expect(try train(fixture.path("late.csv")).output.contains("gaussian"))
            #expect(try train(fixture.path("unit.csv")).output.contains("bernoulli"))
            let hole = try train(fixture.path("hole.csv"))
            #expect(hole.code == 3 && hole.errors.contains("NaN"))
            for name in ["empty.csv", "header.csv", "missing.csv"] {
                let run = try train(fixture.path(name))
                #expect(run.code == 3 && run.errors.contains(name), "\(name): \(run.errors)")
            }
            // One item, which leaves none for the test; a batch larger than the data; items wider than a picture.
            for (name, words) in [("one.csv", []), ("unit.csv", ["--batch", "1000000"]), ("long.csv", [])] {
                let run = try Binary.run(["train", "vae", "--epochs", "2", "--data", fixture.path(name), "--out", out, "--hidden", "4"] + words)
                #expect(run.code == 0, "\(name): \(run.errors)")
                #expect(fixture.names("out").contains("recon_epoch_002.png") && fixture.history("out").count == 3)
            }
            try fixture.write([1], "file")
            for folder in [fixture.path("file"), fixture.path("file/below"), "/proc/vaelearn", "/dev/null/x"] {
                let run = try Binary.run(["train", "vae", "--data", fixture.path("unit.csv"), "--out", folder])
                #expect(run.code == 3 && run.errors.contains(folder) && run.errors.contains("Hint"), "\(folder): \(run.code) \(run.errors)")
            }
            #expect(try train("no-such-data").code == 3)
        }
    }

    @Test(arguments: [
        ([], "one model"), (["vae", "ae"], "one model"), (["vea"], "no model"), (["vae", "--epochs", "0"], "--epochs"), (["vae", "--epochs", "1.5"], "--epochs"),
        (["vae", "--epochs", "-3"], "--epochs"), (["vae", "--epochs", "99999999999999999999"], "--epochs"), (["vae", "--latent", "0"], "--latent"), (["vae", "--hidden", "400,"], "--hidden"),
        (["vae", "--hidden", "a"], "--hidden"), (["vae", "--hidden", "0"], "--hidden"), (["vae", "--hidden", "-4"], "--hidden"), (["linear_vae", "--hidden", "4"], "--hidden"),
        (["vae", "--batch", "0"], "--batch"), (["vae", "--lr", "0"], "--lr"), (["vae", "--lr", "-1"], "--lr"), (["vae", "--lr", "nan"], "--lr"), (["vae", "--lr", "inf"], "--lr"), (["vae", "--lr", "x"], "--lr"),
        (["vae", "--beta", "-1"], "--beta"), (["vae", "--beta", "nan"], "--beta"), (["vae", "--likelihood", "poisson"], "likelihood"),
        (["vae", "--sigma", "0"], "--sigma"), (["vae", "--sigma", "-1"], "--sigma"), (["vae", "--sigma", "nan"], "--sigma"), (["vae", "--sigma", "inf"], "--sigma"),
        (["vae", "--sigma", "x"], "--sigma"), (["vae", "--sigma", "1e-300"], "--sigma"), (["vae", "--sigma", "0.5", "--likelihood", "bernoulli"], "Gaussian"),
        (["vae", "--sigma"], "--sigma"), (["vae", "--seed", "-1"], "--seed"), (["vae", "--threads", "0"], "--threads"),
        (["vae", "--out", ""], "--out"), (["vae", "--resume"], "--out"), (["vae", "--data"], "--data"), (["vae", "--epoch", "3"], "--epochs"),
        (["vae", "--data", "ring", "--hidden", "100000,100000,100000"], "--hidden"),
    ] as [([String], String)])
    func wrongUse(_ words: [String], _ message: String) throws {
        let run = try Binary.run(["train"] + words)
        #expect(run.code == 2 && run.output.isEmpty && run.errors.contains(message), "\(words): \(run.code) \(run.errors)")
    }
}
