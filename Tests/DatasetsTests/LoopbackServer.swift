import Glibc
import Synchronization

/// A mirror on this machine: HTTP/1.1 with ranges, one connection at a time.
final class LoopbackServer: Sendable {
    struct Behaviour: Sendable {
        var files: [String: [UInt8]] = [:]
        var knowsRanges = true
        /// Breaks each connection off after so many bytes of a file.
        var breaksAfter: Int?
    }

    private struct State {
        var behaviour = Behaviour()
        var requests: [String] = []
    }

    let address: String
    private let listener: Int32
    private let state = Mutex(State())

    init(_ behaviour: Behaviour) {
        listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        var name = sockaddr_in()
        name.sin_family = sa_family_t(AF_INET)
        name.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let descriptor = listener
        let port = withUnsafeMutablePointer(to: &name) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { general in
                precondition(bind(descriptor, general, length) == 0 && listen(descriptor, 16) == 0 && getsockname(descriptor, general, &length) == 0)
            }
            return UInt16(bigEndian: pointer.pointee.sin_port)
        }
        address = "http://127.0.0.1:\(port)/data"
        state.withLock { $0.behaviour = behaviour }
        var thread = pthread_t()
        pthread_create(&thread, nil, { argument in
            Unmanaged<LoopbackServer>.fromOpaque(argument!).takeRetainedValue().serve()
            return nil
        }, Unmanaged.passRetained(self).toOpaque())
        pthread_detach(thread)
    }

    /// Ends the thread, which waits in `accept`.
    func stop() { shutdown(listener, Int32(SHUT_RDWR)) }

    func change(_ body: (inout Behaviour) -> Void) { state.withLock { body(&$0.behaviour) } }

    /// "GET name" or "GET name from 123", in the order in which they came.
    var requests: [String] { state.withLock { $0.requests } }

    private func serve() {
        while case let connection = accept(listener, nil, nil), connection >= 0 {
            answer(connection)
            close(connection)
        }
        close(listener)
    }

    private func answer(_ connection: Int32) {
        var request: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 4096)
        while !String(decoding: request, as: UTF8.self).contains("\r\n\r\n") {
            let count = read(connection, &buffer, buffer.count)
            guard count > 0 else { return }
            request += buffer[..<count]
        }
        let lines = String(decoding: request, as: UTF8.self).split(separator: "\r\n")
        let name = String(lines[0].split(separator: " ")[1].split(separator: "/").last ?? "")
        let range = lines.first { $0.lowercased().hasPrefix("range: bytes=") }
        let start = range.flatMap { Int($0.drop { $0 != "=" }.dropFirst().prefix { $0 != "-" }) }
        let behaviour = state.withLock { state in
            state.requests.append("GET \(name)" + (start.map { " from \($0)" } ?? ""))
            return state.behaviour
        }
        guard let file = behaviour.files[name] else { return send(connection, "HTTP/1.1 404 Not Found\r\nContent-Length: 4\r\nConnection: close\r\n\r\n", Array("none".utf8)) }
        let from = behaviour.knowsRanges ? start ?? 0 : 0
        guard from < file.count else {
            return send(connection, "HTTP/1.1 416 Range Not Satisfiable\r\nContent-Range: bytes */\(file.count)\r\nContent-Length: 0\r\nConnection: close\r\n\r\n", [])
        }
        let status = behaviour.knowsRanges && start != nil ? "206 Partial Content\r\nContent-Range: bytes \(from)-\(file.count - 1)/\(file.count)" : "200 OK"
        let body = file[from...].prefix(behaviour.breaksAfter ?? .max)
        send(connection, "HTTP/1.1 \(status)\r\nContent-Length: \(file.count - from)\r\nConnection: close\r\n\r\n", Array(body))
    }

    private func send(_ connection: Int32, _ head: String, _ body: [UInt8]) {
        var rest = (Array(head.utf8) + body)[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.send(connection, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            guard count > 0 else { return }
            rest = rest.dropFirst(count)
        }
    }
}
