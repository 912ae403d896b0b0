// swift-tools-version: 6.0
import Foundation
import PackageDescription

// The plan of the house, from the ground up: a target imports only targets that stand above it in this list.

/// SIMD kernels need the processor's own instructions (FMA above all). `VAELEARN_MARCH` names another
/// x86-64 level for a binary that travels (`make dist`); arm64 is left to its default.
#if arch(x86_64)
let march = ProcessInfo.processInfo.environment["VAELEARN_MARCH"] ?? "native"
let instructions = ["-Xcc", "-march=\(march)"]
#else
let instructions: [String] = []
#endif
/// The engine's graph nodes are private to it and walked by one thread at a time, so the run-time check of
/// overlapping access, paid at each of their fields, is left out there.
let optimised: [SwiftSetting] = [.unsafeFlags(instructions + ["-enforce-exclusivity=unchecked"])]

let package = Package(
    name: "vaelearn",
    products: [.executable(name: "vaelearn", targets: ["vaelearn"])],
    targets: [
        // System libraries: module maps, nothing more.
        .systemLibrary(name: "COneDNN", providers: [.apt(["libdnnl-dev"])]),
        .systemLibrary(name: "CFloatControl"),
        .systemLibrary(name: "CCairo", pkgConfig: "cairo", providers: [.apt(["libcairo2-dev"])]),
        .systemLibrary(name: "CPango", pkgConfig: "cairo", providers: [.apt(["libpango1.0-dev"])]),
        .systemLibrary(name: "CMD4C", providers: [.apt(["libmd4c-dev"])]),
        .systemLibrary(name: "CEdit", pkgConfig: "libedit", providers: [.apt(["libedit-dev"])]),
        .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),

        // The engine.
        .target(name: "Autodiff", dependencies: ["COneDNN"], swiftSettings: optimised),
        .target(name: "Probability", dependencies: ["Autodiff"], swiftSettings: optimised),
        .target(name: "Datasets", dependencies: ["Autodiff", "CZlib"], swiftSettings: optimised),
        .target(name: "Networks", dependencies: ["Autodiff"], swiftSettings: optimised),

        // The models and their training.
        .target(name: "Autoencoders", dependencies: ["Autodiff", "Probability", "Datasets", "Networks", "CFloatControl"], swiftSettings: optimised),

        // Pictures and words.
        .target(name: "Figures", dependencies: ["CCairo", "CPango"]),
        .target(name: "Markup", dependencies: ["CMD4C"]),

        // The cell language and the lessons written in it.
        .target(name: "Cells", dependencies: ["Autodiff", "Probability", "Datasets", "Autoencoders", "Figures"], swiftSettings: optimised),
        .target(name: "Lessons", dependencies: ["Markup", "Cells"]),

        // The screen and the commands.
        .target(name: "Terminal", dependencies: ["Markup", "CEdit"]),
        // Our side of the benchmarks.
        .executableTarget(name: "bench", dependencies: ["Autodiff", "Autoencoders"], path: "Benchmarks/bench"),
        .executableTarget(name: "vaelearn", dependencies: ["Autoencoders", "Datasets", "Figures", "Lessons", "Networks", "Terminal"]),

        .testTarget(name: "AutodiffTests", dependencies: ["Autodiff"], resources: [.copy("Fixtures")]),
        .testTarget(name: "ProbabilityTests", dependencies: ["Probability"]),
        .testTarget(name: "DatasetsTests", dependencies: ["Datasets"]),
        .testTarget(name: "NetworksTests", dependencies: ["Networks"], resources: [.copy("Fixtures")]),
        .systemLibrary(name: "CMalloc", path: "Tests/CMalloc"),
        .testTarget(name: "AutoencodersTests", dependencies: ["CMalloc", "Autodiff", "Autoencoders", "Datasets", "Networks"]),
        .testTarget(name: "FiguresTests", dependencies: ["Figures"]),
        .testTarget(name: "MarkupTests", dependencies: ["Markup"]),
        .testTarget(name: "CellsTests", dependencies: ["Cells"]),
        .testTarget(name: "LessonsTests", dependencies: ["Lessons"]),
        .testTarget(name: "TerminalTests", dependencies: ["Terminal", "Markup"], exclude: ["Fixtures"]),
        .testTarget(name: "vaelearnTests", dependencies: ["Figures", "Lessons", "Terminal"]),
    ],
    swiftLanguageModes: [.v6]
)
