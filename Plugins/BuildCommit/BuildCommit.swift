import Foundation
import PackagePlugin

/// Writes a source file with the commit that the program is built from, anew with each build and only when it changed.
@main
struct BuildCommit: BuildToolPlugin {
    func createBuildCommands(context: PluginContext, target: any Target) throws -> [Command] {
        let package = context.package.directoryURL
        let directory = context.pluginWorkDirectoryURL.appending(path: "Generated")
        return [
            .prebuildCommand(
                displayName: "Name the commit", executable: package.appending(path: "Scripts/build-commit"),
                arguments: [package.path, directory.path], outputFilesDirectory: directory)
        ]
    }
}
