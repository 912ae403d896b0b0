/// A name out of a file or a command line, fit to be shown: in quotes, on one line, without control characters, which a
/// terminal would obey, and not too long.
func quoted(_ name: String) -> String {
    var shown = ""
    for (position, character) in name.unicodeScalars.enumerated() {
        if position == 120 { return "\"\(shown)…\"" }
        switch character.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .privateUse, .surrogate, .unassigned:
            shown += "\\u{\(String(character.value, radix: 16))}"
        default:
            shown.unicodeScalars.append(character)
        }
    }
    return "\"\(shown)\""
}
