/// The version of this runtime.
package let runtimeVersion: StaticString = "0.1.0"

/// What a plan and the messages about it look like. Both ends of a plan must be of one format; see `InitStamp`.
///
/// It rises with every change of what is sent.
package let planFormat: UInt32 = 6
