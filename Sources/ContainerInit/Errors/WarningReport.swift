/// Takes the warnings of an operation that goes on.
public typealias WarningReport = (String) -> Void
