@main
struct Vaelearn {
    static func main() { print("vaelearn") }
}
