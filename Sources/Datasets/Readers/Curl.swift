import Glibc

/// The system's curl, which knows about proxies, certificates and resuming.
enum Curl {
    /// Fetches `address` into `path`, going on where that file ends. The result is curl's exit status. `poll` is called
    /// many times a second; where it throws, curl is ended.
    static func run(_ address: String, into path: String, poll: () throws -> Void) throws -> Int32 {
        let words = [
            "curl", "--fail", "--silent", "--location", "--proto", "=http,https,file", "--proto-redir", "=http,https", "--connect-timeout", "15",
            "--speed-limit", "1", "--speed-time", "30", "--continue-at", "-", "--output", path, "--url", address,
        ]
        var arguments: [UnsafeMutablePointer<CChar>?] = words.map { strdup($0) } + [nil]
        defer { for argument in arguments { free(argument) } }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0)
        posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0)
        var process: pid_t = 0
        let failure = posix_spawnp(&process, "curl", &actions, nil, &arguments, environ)
        guard failure == 0 else {
            throw failure == ENOENT
                ? DatasetError(address, "curl, which does the fetching, is not installed.", hint: "install it: sudo apt install curl")
                : DatasetError(address, "curl, which does the fetching, cannot be started: \(String(cString: strerror(failure))).")
        }
        var status: Int32 = 0
        while true {
            let ended = waitpid(process, &status, WNOHANG)
            if ended == process { break }
            if ended < 0, errno != EINTR { return 1 }
            do {
                try poll()
            } catch {
                kill(process, SIGTERM)
                waitpid(process, &status, 0)
                throw error
            }
            usleep(20_000)
        }
        // Low seven bits: the signal that ended it; the next eight: its exit status.
        return status & 0x7F != 0 ? 128 + status & 0x7F : status >> 8 & 0xFF
    }

    /// 22: the server answered with an error, as it does when the file is whole already; 33: it cannot go on in the middle;
    /// 36: the place to go on from is wrong.
    static func refusesToResume(_ status: Int32) -> Bool { [22, 33, 36].contains(status) }

    static func error(_ status: Int32, _ address: String, set: String) -> DatasetError {
        let another = "try another mirror: vaelearn data fetch \(set) --mirror URL"
        let later = "check the connection and start it again: it goes on where it stopped"
        switch status {
        case 0: return DatasetError(address, "the mirror sent an empty file.", hint: another)
        case 1, 3: return DatasetError(address, "this is no address to fetch from.", hint: "a mirror is a folder's address that begins with https://, http:// or file://")
        case 5, 6: return DatasetError(address, "the mirror's name cannot be found: this machine seems to be offline.", hint: later)
        case 7: return DatasetError(address, "the mirror does not answer: it is down, or this machine is offline.", hint: later)
        case 18, 28, 52, 55, 56: return DatasetError(address, "the connection broke off.", hint: later)
        case 22, 37: return DatasetError(address, "the mirror does not have this file.", hint: another)
        case 23: return DatasetError(address, "what came cannot be written: the disk may be full.", hint: "make room, or name another place with XDG_CACHE_HOME")
        case 35, 51, 53, 54, 58, 59, 60, 66, 77: return DatasetError(address, "the mirror's certificate cannot be checked.", hint: "check this machine's clock and its package ca-certificates")
        default: return DatasetError(address, "curl ended with status \(status).", hint: later)
        }
    }
}
