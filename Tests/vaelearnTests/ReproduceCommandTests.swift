import Foundation
import Testing

@Suite("Program: reproduce")
struct ReproduceCommandTests {
    @Test func pPCA() throws {
        try RunFixture.use { fixture in
            let run = try Binary.run("reproduce", "ppca", "--out", fixture.path("out"), "--seed", "5")
            #expect(run.code == 0 && run.errors.isEmpty && !run.output.contains("\u{1B}"), "\(run.output)\(run.errors)")
            #expect(run.output.contains("Tipping and Bishop 1999") && run.output.hasSuffix("4 within their bands, 0 outside\n"))
            #expect(fixture.names("out/ppca") == ["ppca.pdf", "ppca.png"])
            #expect(fixture.bytes("out/ppca/ppca.png")!.starts(with: [0x89, 0x50, 0x4E, 0x47]))
        }
    }

    @Test func asJSON() throws {
        try RunFixture.use { fixture in
            let run = try Binary.run("reproduce", "ppca", "--json", "--out", fixture.path("out"))
            let document = try run.json
            #expect(run.code == 0 && document["passed"] as? Int == 4 && document["failed"] as? Int == 0)
            let result = try #require((document["reproductions"] as? [[String: Any]])?.first)
            let findings = try #require(result["findings"] as? [[String: Any]])
            // σ² and the likelihood of the spectrum 5, 3, 2, 1, 0.5, 0.25 with two latents, worked out by hand.
            let published = findings.compactMap { $0["published"] as? Double }
            #expect(published.count == 4 && abs(published[0] - 0.9375) < 1e-12 && abs(published[1] + 9.738579) < 1e-6)
            for finding in findings {
                let measured = try #require(finding["measured"] as? Double), low = try #require(finding["low"] as? Double), high = try #require(finding["high"] as? Double)
                #expect(finding["passed"] as? Bool == (low <= measured && measured <= high))
            }
            let bound = try #require(findings[2]["measured"] as? Double)
            #expect(abs(bound + 9.738579) < 1e-3)
        }
    }

    /// What there is, with its time, at once.
    @Test func list() throws {
        let run = try Binary.run("reproduce")
        #expect(run.code == 0 && run.errors.isEmpty)
        let names = run.output.split(separator: "\n").map { String($0.prefix { $0 != " " }) }
        #expect(names.starts(with: ["pytorch-vae", "latent-sweep", "manifold", "ppca"]))
        #expect(try Binary.run("reproduce", "--help").output.contains("latent-sweep"))
        #expect(try (Binary.run("reproduce", "--json").json["reproductions"] as? [[String: Any]])?.count == 4)
    }

    @Test func wrongUse() throws {
        try RunFixture.use { fixture in
            try fixture.writePixels(50, "pixels")
            let home = ["PATH=/usr/bin:/bin", "LANG=C.UTF-8", "HOME=\(fixture.folder)"], out = ["--out", fixture.path("out")]
            for (words, code, said) in [
                (["pcpa"], 2, "vaelearn reproduce ppca"), (["ppca", "--seed", "x"], 2, "--seed"), (["ppca", "--out", ""], 2, "--out"),
                (["manifold", "--data", "cifar=x"] + out, 2, "mnist"), (["pytorch-vae"] + out, 3, "vaelearn data fetch mnist"), (["all"] + out, 3, "vaelearn data fetch mnist"),
                (["manifold", "--data", fixture.path("pixels")] + out, 3, "is not MNIST"), (["manifold", "--data", "mnist=" + fixture.path("none")] + out, 3, "none"),
                (["ppca", "--out", "/proc/x"], 3, "/proc/x"),
            ] {
                let run = try Binary.run(["reproduce"] + words, environment: home)
                #expect(run.code == code && run.errors.contains(said), "\(words): \(run.code) \(run.output)\(run.errors)")
            }
            #expect(!FileManager.default.fileExists(atPath: fixture.path("out")))
        }
    }

    @Test(.enabled(if: ProcessInfo.processInfo.environment["VAELEARN_MNIST"] != nil, "Passed over: VAELEARN_MNIST names no folder.")) func interrupted() throws {
        try RunFixture.use { fixture in
            let mnist = ProcessInfo.processInfo.environment["VAELEARN_MNIST"]!
            let run = try Binary.run(["reproduce", "latent-sweep", "--data", mnist, "--out", fixture.path("out")], limit: 300) { child in
                Thread.detachNewThread {
                    sleep(4)
                    kill(child, SIGINT)
                }
            }
            #expect(run.code == 130 && run.errors.contains("interrupted"))
            #expect(!FileManager.default.fileExists(atPath: fixture.path("out")))
        }
    }
}
