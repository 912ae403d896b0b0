/// What to write in place of habits from other languages.
package enum ForeignWords {
    /// Words that begin a statement or an expression elsewhere. They stay free as names (`lambda` is one in every
    /// statistics book), so the parser looks here only where a second word follows.
    package static let hints: [String: String] = [
        "def": "a function is defined by f(x) = x^2",
        "function": "a function is defined by f(x) = x^2",
        "func": "a function is defined by f(x) = x^2",
        "fn": "a function is defined by f(x) = x^2",
        "lambda": "a function without a name is x -> x^2, or (x, y) -> x * y",
        "import": "nothing needs importing: the library's names are there",
        "from": "nothing needs importing: the library's names are there",
        "return": "a block's value is that of its last line: write the value alone",
        "while": "a loop is for i in range(n) { ... }",
        "elif": "write } else if condition { ... }",
        "let": "a name is bound by x = 3",
        "var": "a name is bound by x = 3",
        "const": "a name is bound by x = 3",
        "del": "a name stays bound; bind it anew by x = 3",
        "assert": "a claim is checked by check \"label\": condition",
        "print": "an expression alone on its line is shown; or call print(x)",
        "break": "there is none: loop over fewer items, or choose with if",
        "continue": "there is none: choose with if c { ... }",
        "pass": "leave the braces empty: { }",
        "class": "there are no classes: use functions and lists",
        "with": "there is none: write the lines as they are",
        "try": "errors are not caught here",
    ]

    /// Names that mean a value elsewhere and nothing here.
    package static let values: [String: String] = [
        "True": "write true", "False": "write false",
        "None": "there is no empty value; leave the line out", "null": "there is no empty value; leave the line out",
        "nil": "there is no empty value; leave the line out",
    ]

    /// Signs of other languages, of mathematics and of other keyboards, by their first byte; longest first where one begins another.
    static let signs: [UInt8: [(sign: String, hint: String)]] = Dictionary(grouping: allSigns) { $0.sign.utf8.first! }

    private static let allSigns: [(sign: String, hint: String)] = [
        ("&&", "write and"), ("||", "write or"), ("&", "write and"), ("|", "write or"),
        ("+=", "write x = x + ..."), ("-=", "write x = x - ..."), ("*=", "write x = x * ..."), ("/=", "write x = x / ..."),
        ("^=", "write x = x ^ ..."), ("@=", "write x = x @ ..."), ("//", "whole division is floor(a / b); a comment starts with #"),
        (":=", "write x = 3"), ("=>", "write >= to compare, x -> ... for a function"), ("=<", "write <="), ("<>", "write !="),
        ("...", "write lower..upper"), ("!", "write not x, or != for unequal"), ("%", "the remainder is a - b * floor(a / b)"),
        ("'", "a text stands in double quotes: \"text\""), ("`", "a text stands in double quotes: \"text\""),
        ("~", "nearly equal is ~="), ("?", "write if c { a } else { b }"), ("\\", "a line goes on after an operator, a comma or inside brackets"),
        ("$", "a name needs no $"),
        ("−", "write - (this is another minus sign)"), ("–", "write - (this is a dash)"), ("—", "write - (this is a dash)"),
        ("×", "write *"), ("·", "write *"), ("⋅", "write *"), ("∙", "write *"), ("÷", "write /"), ("≤", "write <="), ("≥", "write >="),
        ("≠", "write !="), ("→", "write ->"), ("←", "write ="), ("²", "write ^2"), ("³", "write ^3"), ("√", "write sqrt(x)"), ("∞", "write inf"),
        ("∑", "write sum(x)"), ("∫", "write integrate(f, a, b)"), ("½", "write 0.5"), ("∂", "write grad(y, x)"), ("∇", "write grad(y, x)"),
        ("“", "write \""), ("”", "write \""), ("„", "write \""), ("‘", "write \""), ("’", "write \""), ("«", "write \""), ("»", "write \""),
        ("（", "write ("), ("）", "write )"), ("【", "write ["), ("】", "write ]"), ("「", "write \""), ("」", "write \""),
        ("，", "write ,"), ("、", "write ,"), ("：", "write :"), ("；", "write ;"), ("。", "write ."), ("＝", "write ="),
        ("＋", "write +"), ("－", "write -"), ("＊", "write *"), ("／", "write /"), ("＾", "write ^"), ("＜", "write <"), ("＞", "write >"),
        ("［", "write ["), ("］", "write ]"), ("｛", "write {"), ("｝", "write }"), ("＃", "write #"), ("＂", "write \""),
        ("…", "write .. for a range"), ("∶", "write :"),
    ]
}
