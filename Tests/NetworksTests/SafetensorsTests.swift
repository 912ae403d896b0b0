import Autodiff
import Foundation
import Networks
import Testing

@Suite struct SafetensorsTests {
    private let folder: ScratchFolder
    init() throws { folder = try ScratchFolder() }

    @Test func theBytesAreThoseOfTheFormat() throws {
        let tensors = [
            NamedTensor("b", try Tensor<Float>([1, -2], shape: [2, 1])), NamedTensor("a", Tensor<Float>(0.5)),
            NamedTensor("c\"\n", try Tensor<Float>.zeros([0, 3])),
        ]
        let bytes = safetensorsBytes(tensors, metadata: ["z": "1", "é": "\u{1}"])
        let header = #"{"__metadata__":{"z":"1","é":"\u0001"},"a":{"dtype":"F32","shape":[],"data_offsets":[0,4]},"#
            + #""b":{"dtype":"F32","shape":[2,1],"data_offsets":[4,12]},"c\"\n":{"dtype":"F32","shape":[0,3],"data_offsets":[12,12]}}"#
        let padded = header.utf8.count + (8 - header.utf8.count % 8) % 8
        #expect(bytes[..<8] == [UInt8(padded & 255), UInt8(padded >> 8), 0, 0, 0, 0, 0, 0])
        #expect(String(decoding: bytes[8..<(8 + padded)], as: UTF8.self).trimmingCharacters(in: .whitespaces) == header)
        #expect(Array(bytes[(8 + padded)...]) == [0, 0, 0, 0x3F, 0, 0, 0x80, 0x3F, 0, 0, 0, 0xC0])
        #expect(safetensorsBytes(Array(tensors.reversed()), metadata: ["é": "\u{1}", "z": "1"]) == bytes)
        #expect(safetensorsBytes([NamedTensor<Double>]()) == [8, 0, 0, 0, 0, 0, 0, 0] + Array("{}      ".utf8))
    }

    @Test func whatIsWrittenIsReadBackBitForBit() throws {
        let strange: [Double] = [.nan, .infinity, -.infinity, -0.0, .leastNonzeroMagnitude, .greatestFiniteMagnitude, 1 / 3]
        var stream = RandomStream(seed: 1)
        let tensors = [
            NamedTensor("edge cases", try Tensor(strange)), NamedTensor("number", Tensor(2.5)), NamedTensor("nothing", try .zeros([3, 0, 2])),
            NamedTensor("𝒩/層.0 \\ \u{7}", try .ones([1, 1, 1, 1])),
            // Longer than the pieces in which files are read.
            NamedTensor("long", try .normal([40_001], from: &stream)),
        ]
        let path = folder.file("weights.safetensors")
        try writeSafetensors(tensors, metadata: ["model": "vae", "empty": ""], to: path)
        let file = try SafetensorsFile(path: path)
        #expect(file.metadata == ["model": "vae", "empty": ""])
        #expect(file.contents.map(\.name) == ["edge cases", "long", "nothing", "number", "𝒩/層.0 \\ \u{7}"])
        for item in tensors {
            let back = try file.tensor(item.name, as: Double.self)
            #expect(back.shape == item.tensor.shape)
            #expect(back.scalars.map(\.bitPattern) == item.tensor.scalars.map(\.bitPattern))
        }
        let all: [NamedTensor<Double>] = try file.tensors()
        #expect(safetensorsBytes(all, metadata: file.metadata) == (try [UInt8](Data(contentsOf: URL(fileURLWithPath: path)))))
    }

    @Test func precisionsAreConverted() throws {
        try writeSafetensors([NamedTensor("x", try Tensor<Double>([0.1, 1e300, -2]))], to: folder.file("d"))
        #expect(try SafetensorsFile(path: folder.file("d")).tensor("x", as: Float.self).scalars == [0.1, .infinity, -2])
        try writeSafetensors([NamedTensor("x", try Tensor<Float>([0.1, -2]))], to: folder.file("f"))
        #expect(try SafetensorsFile(path: folder.file("f")).tensor("x", as: Double.self).scalars == [Double(Float(0.1)), -2])
    }

    @Test func halfPrecisionIsRead() throws {
        // IEEE 754's examples: 1, −2, the largest, the smallest normal and denormal, infinity, −0, and 1/3 as it is rounded.
        let half: [UInt16] = [0x3C00, 0xC000, 0x7BFF, 0x0400, 0x0001, 0x7C00, 0x8000, 0x3555, 0x7E00]
        let brain: [UInt16] = [0x3F80, 0xC000, 0x7F7F, 0x0080, 0x0001, 0x7F80, 0x8000, 0x3EAB, 0x7FC0]
        let data = (half + brain).flatMap { [UInt8($0 & 255), UInt8($0 >> 8)] }
        let bytes = safetensors(
            #"{"h":{"dtype":"F16","shape":[9],"data_offsets":[0,18]},"b":{"dtype":"BF16","shape":[9],"data_offsets":[18,36]}}"#, data)
        let file = try SafetensorsFile(path: folder.write(bytes))
        let h = try file.tensor("h", as: Double.self).scalars, b = try file.tensor("b", as: Float.self).scalars
        #expect(h[..<8] == [1, -2, 65504, 0x1p-14, 0x1p-24, .infinity, 0, 0.333251953125])
        #expect(h[6].sign == .minus && h[8].isNaN)
        #expect(b[..<8] == [1, -2, Float(bitPattern: 0x7F7F_0000), 0x1p-126, 0x1p-133, .infinity, 0, 0.333984375])
        #expect(b[6].sign == .minus && b[8].isNaN)
    }

    @Test func headersMayBeWrittenInOtherWays() throws {
        // Space, any order of members and of the data, escapes, no padding.
        let header = "{ \"\\u0062\\ud83d\\ude00\\/\" :\n{\"data_offsets\":[4 , 8],\t\"shape\" : [ ],\r\"dtype\":\"F32\"} ,"
            + "\"a\":{\"shape\":[1],\"dtype\":\"F32\",\"data_offsets\":[0,4]}, \"__metadata__\":{} } "
        let file = try SafetensorsFile(path: folder.write(safetensors(header, [0, 0, 128, 63, 0, 0, 0, 64])))
        #expect(file.contents.map(\.name) == ["a", "b😀/"])
        #expect(try file.tensor("b😀/", as: Float.self).item == 2)
        #expect(throws: SafetensorsError(file.path, .noSuchTensor("c"))) { try file.tensor("c", as: Float.self) }
    }

    @Test func otherTypesAreNamedWhenTheyAreAskedFor() throws {
        let path = try folder.write(safetensors(#"{"n":{"dtype":"I64","shape":[1],"data_offsets":[0,8]}}"#, [1, 0, 0, 0, 0, 0, 0, 0]))
        let file = try SafetensorsFile(path: path)
        #expect(file.contents.map(\.name) == ["n"])
        #expect(throws: SafetensorsError(path, .unreadType(tensor: "n", type: "I64"))) { try file.tensors(as: Float.self) }
    }
}

/// The bytes of a file with this header and these data.
func safetensors(_ header: String, _ data: [UInt8] = []) -> [UInt8] { safetensors(header: Array(header.utf8), data) }

func safetensors(header: [UInt8], _ data: [UInt8] = []) -> [UInt8] {
    withUnsafeBytes(of: UInt64(header.count).littleEndian) { Array($0) } + header + data
}
