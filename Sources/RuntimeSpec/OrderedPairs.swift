/// A map that keeps the order of its keys, as the file gave them.
///
/// Looking a key up compares one key after the other: the maps of a configuration hold a handful of entries. A key that
/// is there twice keeps its first place and its last value, as in Go.
///
/// Nothing is demanded of the two types here: the runtime would look the conformances up, in the whole program, before
/// it makes the first map.
public struct OrderedPairs<Key, Value> {
    /// One entry of the map.
    public struct Pair {
        /// The key.
        public var key: Key
        /// The value.
        public var value: Value

        /// Makes an entry.
        @inlinable public init(key: Key, value: Value) {
            self.key = key
            self.value = value
        }
    }

    @usableFromInline var pairs: [Pair]

    /// Makes an empty map.
    @inlinable public init() { pairs = [] }

    /// Makes a map of entries whose keys are all different.
    @inlinable package init(distinct pairs: [Pair]) { self.pairs = pairs }

    /// The keys, in order.
    @inlinable public var keys: [Key] { pairs.map(\.key) }
}

extension OrderedPairs: Sendable where Key: Sendable, Value: Sendable {}
extension OrderedPairs.Pair: Sendable where Key: Sendable, Value: Sendable {}
extension OrderedPairs: Equatable where Key: Equatable, Value: Equatable {}
extension OrderedPairs.Pair: Equatable where Key: Equatable, Value: Equatable {}

extension OrderedPairs where Key: Equatable {
    /// Makes a map of entries of which several may have the same key.
    init<Text: Hashable>(merging entries: [Pair], by text: (Key) -> Text) {
        pairs = []
        guard entries.count > 16 else {
            for entry in entries { self[entry.key] = entry.value }
            return
        }
        // Many entries come from no engine, but must not take quadratic time.
        pairs.reserveCapacity(entries.count)
        var places = [Text: Int](minimumCapacity: entries.count)
        for entry in entries {
            if let place = places.updateValue(pairs.count, forKey: text(entry.key)) {
                places[text(entry.key)] = place
                pairs[place].value = entry.value
            } else {
                pairs.append(entry)
            }
        }
    }

    /// The value of a key; assigning nil removes the key.
    @inlinable public subscript(key: Key) -> Value? {
        get {
            for pair in pairs where pair.key == key { return pair.value }
            return nil
        }
        set {
            let place = pairs.firstIndex { $0.key == key }
            switch (place, newValue) {
            case (let place?, let value?): pairs[place].value = value
            case (let place?, nil): pairs.remove(at: place)
            case (nil, let value?): pairs.append(Pair(key: key, value: value))
            case (nil, nil): break
            }
        }
    }
}

extension OrderedPairs: RandomAccessCollection {
    /// The place of the first entry.
    @inlinable public var startIndex: Int { 0 }
    /// The place after the last entry.
    @inlinable public var endIndex: Int { pairs.count }
    /// The entry at a place.
    @inlinable public subscript(position: Int) -> Pair { pairs[position] }
}

extension OrderedPairs: ExpressibleByDictionaryLiteral where Key: Equatable {
    /// Makes a map of a literal, in the order of the literal.
    @inlinable public init(dictionaryLiteral elements: (Key, Value)...) {
        self.init()
        for (key, value) in elements { self[key] = value }
    }
}
