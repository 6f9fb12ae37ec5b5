import ByteStrings
import StrictJSON

/// Finds the strings with a NUL, which the kernel would cut short.
///
/// The first search only tells whether there is one, which is nearly never, and builds no paths.
struct NULFinder: MemberVisitor {
    typealias Failure = Never

    private var isFound = false
    /// The path of the present value; nil during the first search.
    private var path: PropertyPath?
    private var findings: [Finding] = []

    static func findings(in value: some SpecValue, at path: String) -> [Finding] {
        var finder = NULFinder()
        value.findNUL(&finder)
        guard finder.isFound else { return [] }
        finder.path = PropertyPath(path)
        value.findNUL(&finder)
        return finder.findings
    }

    /// A step into a value.
    enum Step {
        case member(ByteString)
        case element(Int)
    }

    mutating func member<Value: SpecValue>(_ name: StaticString, _ value: inout Value, _ presence: Presence) {
        guard path != nil else { return value.findNUL(&self) }
        inside(.member(ByteString(name.description))) { value.findNUL(&$0) }
    }

    mutating func inside(_ step: Step, _ body: (inout NULFinder) -> Void) {
        let outer = path
        switch step {
        case .member(let key): path = outer?.member(key.text)
        case .element(let index): path = outer?.element(index)
        }
        body(&self)
        path = outer
    }

    mutating func check(_ text: String) {
        guard text.utf8.contains(0) else { return }
        note(text)
    }

    mutating func check(_ text: ByteString) {
        guard text.containsNUL else { return }
        note(text.text)
    }

    private mutating func note(_ text: String) {
        isFound = true
        guard let path, findings.last?.path != path.text else { return }
        let subject = path.text.hasPrefix("mounts[") ? "mount field contains null byte: " : "contains a null byte: "
        findings.append(Finding(path: path.text, message: subject + quotation(of: text)))
    }
}
