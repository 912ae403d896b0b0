import Foundation
import Testing

@Suite("Program: what train minimises", .serialized)
struct TrainObjectiveTests {
    @Test func rulesAreKept() throws {
        try RunFixture.use { fixture in
            try fixture.writePixels(200, "pixels")
            func train(_ out: String, _ words: String...) throws -> Binary.Run {
                try Binary.run(["train"] + words + ["--data", fixture.path("pixels"), "--latent", "3", "--batch", "32", "--out", fixture.path(out)])
            }
            let rule = ["--hidden", "9", "--warmup", "1.5", "--free-bits", "0.1", "--beta", "2"]
            func vae(_ out: String, _ words: [String]) throws -> Binary.Run {
                try Binary.run(["train", "vae", "--data", fixture.path("pixels"), "--latent", "3", "--batch", "32", "--out", fixture.path(out)] + words)
            }
            #expect(try vae("a", rule + ["--epochs", "1"]).code == 0)
            let config = fixture.text("a/config.json")
            #expect(config.contains("\"warmup\" : 1.5") && config.contains("\"free_bits\" : 0.1"))
            // Gone on with in the middle of the warm-up.
            let resume = try Binary.run(["train", "vae", "--out", fixture.path("a"), "--resume", "--epochs", "3"])
            #expect(resume.code == 0, "\(resume.errors)")
            #expect(try vae("b", rule + ["--epochs", "3"]).code == 0)
            #expect(fixture.history("a") == fixture.history("b") && fixture.bytes("a/model.safetensors") == fixture.bytes("b/model.safetensors"))
            for (words, message) in [
                (["--warmup", "2"], "--warmup 1.5, not 2.0"), (["--free-bits", "0"], "--free-bits 0.1, not none"), (["--decay", "cosine"], "--decay none, not cosine"),
            ] {
                let run = try Binary.run(["train", "vae", "--out", fixture.path("a"), "--resume", "--epochs", "4"] + words)
                #expect(run.code == 2 && run.errors.contains(message), "\(run.errors)")
            }
            // A falling learning rate belongs to its number of epochs.
            #expect(try train("c", "linear_vae", "--likelihood", "gaussian", "--expected", "--decay", "cosine", "--capacity", "2", "--gamma", "5", "--epochs", "2").code == 0)
            let done = try Binary.run("train", "linear_vae", "--out", fixture.path("c"), "--resume")
            #expect(done.code == 0 && done.output.contains("finished") && !done.output.contains("More"))
            let more = try Binary.run("train", "linear_vae", "--out", fixture.path("c"), "--resume", "--epochs", "3")
            #expect(more.code == 2 && more.errors.contains("--epochs 2, not 3"), "\(more.errors)")
            #expect(try Binary.run("sample", fixture.path("c"), "--out", fixture.path("s.npy")).code == 0)
            #expect(try train("d", "vae", "--hidden", "9", "--prior", "4", "--epochs", "1").code == 0)
            #expect(fixture.text("d/config.json").contains("\"prior\" : 4"))
            #expect(try Binary.run("train", "vae", "--out", fixture.path("d"), "--resume", "--epochs", "2").code == 0)
            #expect(try Binary.run("sample", fixture.path("d"), "--out", fixture.path("s.npy")).code == 0)
            for (words, message) in [
                (["ae", "--prior", "3"], "no KL term"), (["vae", "--prior", "0"], "--prior must be"), (["vae", "--capacity", "2", "--free-bits", "1"], "exclude each other"), (["vae", "--capacity", "2", "--beta", "3"], "gamma"),
                (["vae", "--gamma", "3"], "--capacity"), (["vae", "--warmup", "-1"], "--warmup needs a number"), (["vae", "--decay", "steep"], "--decay cosine"),
                (["vae", "--expected"], "linear_vae"), (["linear_vae", "--expected", "--likelihood", "bernoulli"], "gaussian"), (["ae", "--warmup", "2"], "no KL term"),
            ] {
                let run = try Binary.run(["train"] + words + ["--data", fixture.path("pixels"), "--out", fixture.path("never")])
                #expect(run.code == 2 && run.errors.contains(message), "\(words): \(run.code) \(run.errors)")
            }
            #expect(fixture.names("never").isEmpty)
        }
    }
}
