import Terminal

enum CompletionsCommand: Command {
    static let name = "completions"
    static let summary = "prints completions for a shell"
    static let options: [Option] = []
    static let help = """
        vaelearn completions bash > ~/.local/share/bash-completion/completions/vaelearn
        vaelearn completions zsh > "${fpath[1]}/_vaelearn"
        vaelearn completions fish > ~/.config/fish/completions/vaelearn.fish

        Prints what a shell needs to complete vaelearn's commands and options.

        """

    static func run(_ arguments: Arguments) throws -> Int32 {
        switch arguments.words {
        case ["bash"]: writeOut(bash)
        case ["zsh"]: writeOut(zsh)
        case ["fish"]: writeOut(fish)
        default: throw CommandError.wrongUse("name a shell: bash, zsh or fish.")
        }
        return ExitCode.good
    }

    private static var names: String { Vaelearn.commands.map { $0.name }.joined(separator: " ") }

    private static var images: String { ImageProtocol.allCases.map(\.rawValue).joined(separator: " ") }

    private static func options(_ command: any Command.Type) -> String {
        (command.options.map { "--" + $0.name } + ["--help"]).joined(separator: " ")
    }

    private static var bash: String {
        let cases = Vaelearn.commands.map { "        \($0.name)) words=\"\(options($0))\" ;;" }.joined(separator: "\n")
        return """
            _vaelearn() {
                local words="\(names) --help --version"
                case "${COMP_WORDS[COMP_CWORD-1]}" in
                    --images) COMPREPLY=($(compgen -W "auto \(images)" -- "${COMP_WORDS[COMP_CWORD]}")); return ;;
                    --mode) COMPREPLY=($(compgen -W "lerp slerp" -- "${COMP_WORDS[COMP_CWORD]}")); return ;;
                    --split) COMPREPLY=($(compgen -W "all train test" -- "${COMP_WORDS[COMP_CWORD]}")); return ;;
                    completions) COMPREPLY=($(compgen -W "bash zsh fish" -- "${COMP_WORDS[COMP_CWORD]}")); return ;;
                esac
                if [ "$COMP_CWORD" -gt 1 ]; then
                    case "${COMP_WORDS[1]}" in
            \(cases)
                    *) words="" ;;
                    esac
                fi
                COMPREPLY=($(compgen -W "$words" -- "${COMP_WORDS[COMP_CWORD]}"))
            }
            complete -o default -F _vaelearn vaelearn

            """
    }

    private static var zsh: String {
        let cases = Vaelearn.commands.map { "        \($0.name)) compadd -- \(options($0)); _files ;;" }.joined(separator: "\n")
        return """
            #compdef vaelearn
            if (( CURRENT == 2 )); then
                compadd -- \(names) --help --version
            else
                case "$words[2]" in
            \(cases)
                esac
            fi

            """
    }

    private static var fish: String {
        var text = "complete -c vaelearn -n __fish_use_subcommand -a '\(names)'\n"
        for command in Vaelearn.commands {
            for option in command.options {
                text += "complete -c vaelearn -n '__fish_seen_subcommand_from \(command.name)' -l \(option.name)\(option.takesValue ? " -r" : "")\n"
            }
        }
        return text
    }
}
