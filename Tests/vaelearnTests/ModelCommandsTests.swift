import Foundation
import Testing

@Suite("Program: sample, reconstruct, encode")
struct ModelCommandsTests {
    private func withModel(_ kind: String = "vae", _ body: (RunFixture) throws -> Void) throws {
        try RunFixture.use { fixture in
            try fixture.writePixels(300, "pixels")
            let run = try Binary.run(["train", kind, "--data", fixture.path("pixels"), "--epochs", "12", "--batch", "16", "--lr", "0.01", "--latent", "3", "--out", fixture.path("run"), "--quiet"]
                + (kind == "linear_vae" ? [] : ["--hidden", "24"]))
            try #require(run.code == 0, "\(run.errors)")
            try body(fixture)
        }
    }

    @Test(arguments: ["ae", "vae", "linear_vae", "beta_vae"]) func codesInTheDatasOrder(_ kind: String) throws {
        try withModel(kind) { fixture in
            func encode(_ words: String...) throws -> [Float] {
                let run = try Binary.run(["encode", fixture.path("run"), "--out", fixture.path("z.npy")] + words)
                #expect(run.code == 0 && run.output == fixture.path("z.npy") + "\n", "\(run.errors)")
                let (shape, numbers) = try fixture.npy("z.npy")
                #expect(shape[1] == 3)
                return numbers
            }
            let all = try encode()
            #expect(all.count == 900)
            // Products over fewer rows may differ in the last bit.
            func expectClose(_ a: [Float], _ b: some Collection<Float>, _ what: String) {
                #expect(a.count == b.count && zip(a, b).allSatisfy { abs($0 - $1) < 1e-5 }, "\(what)")
            }
            expectClose(try encode("--split", "train"), all.prefix(810), "train")
            expectClose(try encode("--split", "test"), all.suffix(90), "test")
            #expect(try encode("--split=all") == all)
            // The rows one at a time: the file's first items, and one from the middle.
            let pixels = try #require(fixture.bytes("pixels"))
            for item in [0, 1, 137, 299] {
                try fixture.write(Array(pixels[..<6]) + [0, 1] + pixels[8..<16] + pixels[(16 + 64 * item)..<(80 + 64 * item)], "one")
                expectClose(try encode("--data", fixture.path("one")), all[(3 * item)..<(3 * item + 3)], "item \(item)")
            }
            // CSV holds the same numbers.
            #expect(try Binary.run("encode", fixture.path("run/model.safetensors"), "--out", fixture.path("z.csv")).code == 0)
            let lines = fixture.text("z.csv").split(separator: "\n")
            #expect(lines[0] == "z0,z1,z2" && lines.dropFirst().flatMap { $0.split(separator: ",").map { Float($0)! } } == all)
        }
    }

    @Test func samplesAndReconstructions() throws {
        try withModel { fixture in
            let run = fixture.path("run")
            func sample(_ words: String...) throws -> [Float] {
                #expect(try Binary.run(["sample", run, "--out", fixture.path("s.npy")] + words).code == 0)
                let (shape, numbers) = try fixture.npy("s.npy")
                #expect(shape[1] == 64)
                return numbers
            }
            let many = try sample()
            #expect(many.count == 64 * 64 && many.allSatisfy { $0 > 0 && $0 < 1 })
            #expect(try sample() == many && sample("--seed", "2") != many && sample("--n", "5").count == 5 * 64)
            #expect(try Binary.run("sample", run, "--n", "3000", "--out", fixture.path("s.png")).code == 0)

            #expect(try Binary.run("reconstruct", run, "--n", "1000", "--out", fixture.path("r.npy")).code == 0)
            let (shape, made) = try fixture.npy("r.npy")
            #expect(shape == [30, 64])
            // The test part is the last tenth, and reconstructions are nearer to their own than grey is.
            let pixels = try #require(fixture.bytes("pixels")).suffix(30 * 64).map { Float($0) / 255 }
            func distance(_ a: [Float], _ b: [Float]) -> Float { zip(a, b).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) } }
            #expect(distance(made, pixels) < distance([Float](repeating: 0.37, count: 30 * 64), pixels))
            for name in ["r.png", "s.png"] {
                #expect(try Binary.run(name == "r.png" ? "reconstruct" : "sample", run, "--out", fixture.path(name)).code == 0)
                #expect(fixture.bytes(name)!.starts(with: [0x89, 0x50, 0x4E, 0x47]))
            }
        }
    }

    @Test func wrongUse() throws {
        try withModel { fixture in
            let run = fixture.path("run")
            try fixture.write(Array("0,1\n1,0\n".utf8), "two.csv")
            try fixture.write(Array((String(repeating: "0,", count: 63) + "nan\n" + String(repeating: "0,", count: 63) + "1\n").utf8), "hole.csv")
            for (words, code) in [
                (["sample"], 2), (["sample", run, run], 2), (["sample", run, "--n", "0"], 2), (["sample", run, "--n", "x"], 2), (["sample", run, "--out", "x.jpg"], 2), (["sample", run, "--seed", "-1"], 2),
                (["encode", run, "--split", "half"], 2), (["encode", run, "--out", "z.png"], 2), (["reconstruct", run, "--n", "-1"], 2), (["reconstruct", run, "--out", "z.csv"], 2),
                (["encode", run, "--data", fixture.path("two.csv"), "--out", fixture.path("z.npy")], 3), (["encode", run, "--data", fixture.path("hole.csv"), "--out", fixture.path("z.npy")], 3),
                (["encode", run, "--data", "nowhere"], 3), (["encode", run, "--out", "/proc/z.npy"], 3), (["sample", run, "--out", fixture.path("none/s.png")], 3),
                (["sample", "/"], 3), (["sample", ""], 3), (["encode", fixture.path("pixels")], 3),
            ] {
                let result = try Binary.run(words)
                #expect(result.code == code && result.output.isEmpty && !result.errors.isEmpty, "\(words): \(result.code) \(result.errors)")
            }
        }
    }
}
