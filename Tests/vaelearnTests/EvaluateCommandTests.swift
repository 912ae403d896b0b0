import Foundation
import Testing

@Suite("Program: interpolate, traverse, evaluate")
struct EvaluateCommandTests {
    private func withModel(_ kind: String = "vae", _ words: String..., body: (RunFixture) throws -> Void) throws {
        try RunFixture.use { fixture in
            try fixture.writePixels(300, "pixels")
            let run = try Binary.run([
                "train", kind, "--data", fixture.path("pixels"), "--epochs", "12", "--batch", "16", "--lr", "0.01", "--latent", "3", "--out", fixture.path("run"), "--quiet",
            ] + words)
            try #require(run.code == 0, "\(run.errors)")
            try body(fixture)
        }
    }

    private func good(_ words: [String]) throws -> String {
        let run = try Binary.run(words)
        #expect(run.code == 0 && run.errors.isEmpty, "\(words): \(run.code) \(run.errors)")
        return run.output
    }

    /// Pictures with ink on them, as the program itself reads them.
    private func expectDrawn(_ name: String, in fixture: RunFixture) throws {
        let folder = fixture.path("drawn")
        try? FileManager.default.removeItem(atPath: folder)
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        try FileManager.default.copyItem(atPath: fixture.path(name), toPath: folder + "/picture.png")
        let info = try good(["data", "info", folder, "--out", folder])
        let range = try #require(info.split(separator: "\n").first { $0.hasPrefix("range") }, "\(info)")
        // "range   0 to 1, mean 0.93": black and white, and more of the one than a few dots.
        let numbers = range.split { !"0123456789.".contains($0) }.compactMap { Double($0) }
        #expect(numbers.count >= 3 && numbers[0] < 0.3 && numbers[1] == 1 && numbers[2] < 0.97, "\(range)")
    }

    // MARK: evaluate

    @Test(arguments: [["vae", "--hidden", "24"], ["beta_vae", "--hidden", "24", "--beta", "3"], ["linear_vae", "--likelihood", "gaussian"], ["vae", "--conv", "4"]])
    func numbersAndFigure(_ model: [String]) throws {
        try RunFixture.use { fixture in
            try fixture.writePixels(300, "pixels")
            try #require(try Binary.run(
                ["train"] + model + ["--data", fixture.path("pixels"), "--epochs", "6", "--batch", "16", "--lr", "0.01", "--latent", "3", "--out", fixture.path("run"), "--quiet"]).code == 0)
            let words = ["evaluate", fixture.path("run"), "--samples", "200"]
            let output = try good(words + ["--json"])
            #expect(output.split(separator: "\n").count == 1)
            let json = try #require(try JSONSerialization.jsonObject(with: Data(output.utf8)) as? [String: Any])
            #expect(Set(json.keys) == [
                "model", "sizes", "likelihood", "beta", "data", "split", "items", "samples", "seed", "elbo", "reconstruction", "kl", "nll", "nll_noise", "gap",
                "bits_per_dimension", "effective_draws", "kl_per_unit", "mean_variance_per_unit", "active_units", "figures",
            ])
            func mean(_ key: String) throws -> Double {
                let fields = try #require(json[key] as? [String: Double])
                #expect(Set(fields.keys) == ["estimate", "se", "n"] && fields["n"] == 30 && fields["se"]! > 0)
                return fields["estimate"]!
            }
            let (elbo, kl, nll) = (try mean("elbo"), try mean("kl"), try mean("nll"))
            let (reconstruction, gap) = (try mean("reconstruction"), try mean("gap"))
            #expect(abs(elbo + kl + reconstruction) < 1e-9 && abs(gap + elbo + nll) < 1e-9)
            let perUnit = try #require(json["kl_per_unit"] as? [Double])
            #expect(perUnit.count == 3 && abs(perUnit.reduce(0, +) - kl) < 1e-9 && nll < -elbo)
            let bits = try #require(json["bits_per_dimension"] as? Double)
            #expect(abs(bits - nll / 64 / log(2)) < 1e-9)
            // The last epoch's loss on the same items, by one draw of z each.
            let last = try #require(fixture.history("run").last).split(separator: ",").compactMap { Double($0) }
            #expect(abs(kl - last[6]) < 1e-3 && abs(elbo + last[5] + last[6]) < 1.5)

            let figures = try #require(json["figures"] as? [String])
            #expect(figures == [fixture.path("run/evaluation.png"), fixture.path("run/evaluation.pdf")])
            try expectDrawn("run/evaluation.png", in: fixture)
            #expect(fixture.bytes("run/evaluation.pdf")!.starts(with: Array("%PDF".utf8)))

            // Once more in words: the same, and the same picture.
            let picture = fixture.bytes("run/evaluation.png")
            let text = try good(words)
            #expect(text.hasSuffix(figures.joined(separator: "\n") + "\n") && text.contains("active units") && text.contains("NLL"))
            #expect(try good(words + ["--json"]) == output)
            #expect(fixture.bytes("run/evaluation.png") == picture)
            #expect(try good(words + ["--json", "--seed", "2"]) != output)
        }
    }

    @Test func partsAndPlaces() throws {
        try withModel { fixture in
            let run = fixture.path("run/model.safetensors")
            for (part, count) in [("test", 30), ("train", 270), ("all", 300)] {
                let result = try Binary.run("evaluate", run, "--split", part, "--samples", "3", "--json", "--out", fixture.path("a/b"))
                #expect(try result.code == 0 && result.json["items"] as? Int == count)
            }
            #expect(fixture.names("a/b") == ["evaluation.pdf", "evaluation.png"] && !fixture.names("run").contains("evaluation.png"))
            // One draw tells nothing of its own error, and one item nothing of that of the mean.
            let pixels = try #require(fixture.bytes("pixels"))
            try fixture.write(Array(pixels[..<6]) + [0, 1] + pixels[8..<(16 + 64)], "one")
            let one = try Binary.run("evaluate", run, "--data", fixture.path("one"), "--split", "all", "--samples", "1", "--json", "--out", fixture.path("a"))
            #expect(try one.code == 0 && one.json["nll_noise"] as? String == "nan")
            #expect(try Binary.run("evaluate", run, "--data", fixture.path("one"), "--split", "all", "--samples", "1", "--out", fixture.path("a")).code == 0)
            #expect(try Binary.run("evaluate", run, "--data", fixture.path("one"), "--out", fixture.path("a")).code == 3)
            // A new run in the folder takes the old one's picture away.
            try #require(try Binary.run("evaluate", run, "--samples", "1").code == 0 && fixture.names("run").contains("evaluation.pdf"))
            try #require(try Binary.run("train", "vae", "--data", fixture.path("pixels"), "--epochs", "1", "--out", fixture.path("run"), "--quiet").code == 0)
            #expect(!fixture.names("run").contains("evaluation.pdf") && !fixture.names("run").contains("evaluation.png"))
        }
    }

    @Test func stopped() throws {
        try withModel { fixture in
            let run = try Binary.run(["evaluate", fixture.path("run"), "--split", "all", "--samples", "1000000"]) { child in
                usleep(700_000)
                kill(child, SIGINT)
            }
            #expect(
                run.code == 130 && run.output.isEmpty && !fixture.names("run").contains("evaluation.png"), "\(run.code) \(run.errors) \(run.output.prefix(300))")
        }
    }

    // MARK: interpolate

    @Test func waysBetweenItemsAndDraws() throws {
        try withModel { fixture in
            let run = fixture.path("run")
            func way(_ words: String...) throws -> [[Float]] {
                #expect(try good(["interpolate", run, "--out", fixture.path("w.npy")] + words) == fixture.path("w.npy") + "\n")
                let (shape, numbers) = try fixture.npy("w.npy")
                #expect(shape[1] == 64)
                return stride(from: 0, to: numbers.count, by: 64).map { Array(numbers[$0..<($0 + 64)]) }
            }
            func close(_ a: [Float], _ b: [Float]) -> Bool { zip(a, b).allSatisfy { abs($0 - $1) < 1e-5 } }
            // The test part is items 270 to 299.
            _ = try good(["reconstruct", run, "--n", "30", "--out", fixture.path("r.npy")])
            let made = try fixture.npy("r.npy").numbers
            for mode in ["lerp", "slerp"] {
                let between = try way("--from", "270", "--to", "299", "--mode", mode, "--steps", "7")
                #expect(between.count == 7 && close(between[0], Array(made[..<64])) && close(between[6], Array(made[(29 * 64)...])) && between[3] != between[2])
                for (seed, end) in [("5", 0), ("9", 10)] {
                    _ = try good(["sample", run, "--n", "1", "--seed", seed, "--out", fixture.path("s.npy")])
                    let (made, drawn) = (try way("--seeds", "5,9", "--mode", mode), try fixture.npy("s.npy").numbers)
                    #expect(close(made[end], drawn))
                }
            }
            let straight = try way("--seeds", "5,9")
            #expect(try way("--seeds", "5,9", "--mode", "slerp") != straight)
            #expect(try way("--seeds", "5,9", "--mode", "lerp") == straight)
            #expect(try way() == way("--from", "0", "--to", "1"))
            let nowhere = try way("--from", "3", "--to", "3")
            #expect(close(nowhere[4], nowhere[5]))
            for name in ["w.png", "w.pdf", "w.svg"] {
                #expect(try good(["interpolate", run, "--out", fixture.path(name)]) == fixture.path(name) + "\n")
                #expect(fixture.bytes(name)!.count > 1000)
            }
            try expectDrawn("w.png", in: fixture)
        }
    }

    // MARK: traverse

    @Test(arguments: ["vae", "ae"]) func unitsOneByOne(_ kind: String) throws {
        try withModel(kind) { fixture in
            let run = fixture.path("run")
            func rows(_ words: String...) throws -> [[Float]] {
                _ = try good(["traverse", run, "--out", fixture.path("t.npy")] + words)
                let numbers = try fixture.npy("t.npy").numbers
                return stride(from: 0, to: numbers.count, by: 64).map { Array(numbers[$0..<($0 + 64)]) }
            }
            func close(_ a: [Float], _ b: [Float]) -> Bool { zip(a, b).allSatisfy { abs($0 - $1) < 1e-5 } }
            let all = try rows()
            #expect(all.count % 11 == 0 && (11...33).contains(all.count))
            // In the middle of each row all units are 0.
            for row in stride(from: 5, to: all.count, by: 11) { #expect(close(all[row], all[5]) && !close(all[row - 5], all[5])) }
            // Each unit alone is one of the rows, and the first has the largest KL.
            let units = try (0..<3).map { try rows("--unit", "\($0)") }
            for row in stride(from: 0, to: all.count, by: 11) { #expect(units.contains { close($0.joined() + [], all[row..<(row + 11)].joined() + []) }) }
            if kind == "vae" {
                let json = try Binary.run("evaluate", run, "--samples", "1", "--json").json
                let kl = try #require(json["kl_per_unit"] as? [Double])
                #expect(close(units[kl.firstIndex(of: kl.max()!)!][0], all[0]) && all.count == 11 * kl.count { $0 > 0.01 })
            }
            // About an item: with the unit at the item's own code the picture is its reconstruction.
            _ = try good(["encode", run, "--out", fixture.path("z.npy")])
            let code = try fixture.npy("z.npy").numbers[(3 * 290 + 1)]
            _ = try good(["reconstruct", run, "--n", "30", "--out", fixture.path("r.npy")])
            let own = try fixture.npy("r.npy").numbers[(20 * 64)..<(21 * 64)]
            let about = try rows("--item", "290", "--unit", "1", "--range", "\(code),\(code + 1)", "--steps", "3")
            #expect(about.count == 3 && close(about[0], Array(own)))
            #expect(try good(["traverse", run, "--out", fixture.path("t.png")]) == fixture.path("t.png") + "\n")
            try expectDrawn("t.png", in: fixture)
        }
    }

    // MARK: Words

    @Test func wrongUse() throws {
        try withModel { fixture in
            let run = fixture.path("run"), out = fixture.path("x.npy")
            try fixture.write(Array((String(repeating: "0,", count: 63) + "1\n" + String(repeating: "7,", count: 63) + "1\n").utf8), "large.csv")
            try fixture.write(Array("0,1\n1,0\n".utf8), "two.csv")
            try fixture.write([], "file")
            for (words, code) in [
                (["interpolate"], 2), (["interpolate", run, run], 2), (["interpolate", run, "--from", "1"], 2), (["interpolate", run, "--from", "1", "--to", "300"], 2),
                (["interpolate", run, "--from", "-1", "--to", "2"], 2), (["interpolate", run, "--seeds", "1"], 2), (["interpolate", run, "--seeds", "1,x"], 2),
                (["interpolate", run, "--seeds", "1,2", "--from", "1", "--to", "2"], 2), (["interpolate", run, "--steps", "1"], 2), (["interpolate", run, "--mode", "bezier"], 2),
                (["interpolate", run, "--out", "x.jpg"], 2), (["interpolate", run, "--out", fixture.path("none/x.png")], 3), (["interpolate", run, "--data", fixture.path("two.csv")], 3),
                (["interpolate", "/"], 3), (["interpolate", run, "--data", "nowhere"], 3),
                (["traverse"], 2), (["traverse", run, "--unit", "3"], 2), (["traverse", run, "--unit", "-1"], 2), (["traverse", run, "--range", "3,-3"], 2), (["traverse", run, "--range", "1"], 2),
                (["traverse", run, "--range", "nan,1"], 2), (["traverse", run, "--range", "0,inf"], 2), (["traverse", run, "--item", "300", "--out", out], 2), (["traverse", run, "--steps", "101"], 2), (["traverse", run, "--out", "x.csv"], 2),
                (["traverse", fixture.path("pixels")], 3), (["traverse", run, "--data", "nowhere"], 3),
                (["evaluate"], 2), (["evaluate", run, "--samples", "0"], 2), (["evaluate", run, "--samples", "x"], 2), (["evaluate", run, "--split", "half"], 2), (["evaluate", run, "--seed", "-1"], 2), (["evaluate", run, "--out", ""], 2),
                (["evaluate", run, "--data", fixture.path("large.csv")], 3), (["evaluate", run, "--data", fixture.path("two.csv")], 3), (["evaluate", run, "--out", fixture.path("file")], 3),
                (["evaluate", run, "--out", "/proc/none"], 3), (["evaluate", ""], 3), (["evaluate", fixture.path("pixels")], 3),
            ] {
                let result = try Binary.run(words)
                #expect(result.code == code && result.output.isEmpty && !result.errors.isEmpty, "\(words): \(result.code) \(result.errors)")
            }
        }
        try withModel("ae") { fixture in
            let refused = try Binary.run("evaluate", fixture.path("run"), "--json")
            #expect(refused.code == 2 && refused.output.isEmpty && refused.errors.contains("ELBO") && refused.errors.contains("reconstruct"))
        }
    }

    @Test func helpAndCompletions() throws {
        let overview = try good(["--help"])
        for command in ["interpolate", "traverse", "evaluate"] {
            #expect(try good([command, "--help"]).hasPrefix("vaelearn \(command) "))
            #expect(overview.contains("  \(command) "))
            for shell in ["bash", "zsh", "fish"] { #expect(try good(["completions", shell]).contains(command)) }
        }
    }
}
