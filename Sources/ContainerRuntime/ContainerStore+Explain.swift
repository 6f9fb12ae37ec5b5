import ContainerInit
import ContainerPlan
import ContainerSteps
import RuntimeSpec

extension ContainerStore {
    /// Plans a container without making it: nothing on the host changes.
    ///
    /// - Throws: what `create` would throw before its first effect.
    package func explain(
        _ id: String, _ source: ConfigurationSource = .bundle, _ options: CreateOptions
    ) throws(ContainerError) -> PlanDescription {
        let bundle = try Bundle(options, source, stateDirectory: directory(of: id))
        var spec = try bundle.load(source).spec
        var facts = try HostFacts(bundle: bundle.path, spec: spec, id: id, options: options)
        facts.stateDirectory = directory(of: id)
        facts.trustsAnnotations = trustsAnnotations
        let warning = facts.completeMappings(of: &spec)
        var plan = try PlanBuilder(spec: spec, id: id, options: options, facts: facts).build()
        if let warning { plan.warnings.append(warning) }
        return PlanDescription(plan, of: spec, ignored: spec.unknownMembers)
    }
}
