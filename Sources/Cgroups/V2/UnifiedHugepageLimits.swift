import RuntimeSpec

extension Limits {
    mutating func addUnified(_ limits: [HugepageLimit]) throws(CgroupError) {
        try addHugepages(limits, suffix: "max")
    }
}
