using System.Runtime.InteropServices;

namespace DaskVine.Client.Tests.Functions;

public sealed class AssemblyDependenciesTests : IDisposable
{
    private static readonly string s_platform = $"linux-{RuntimeInformation.ProcessArchitecture.ToString().ToLowerInvariant()}";

    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("dv");

    public void Dispose() => _directory.Delete(recursive: true);

    [Fact]
    public void Of_Description_NamesManagedAndNativeFilesOfThisPlatform()
    {
        string[] there = ["Kernels.dll", "Reflected.dll", "Portable.dll", $"runtimes/{s_platform}/native/libfast.so", "runtimes/unix/lib/Portable.dll"];
        foreach (var name in there)
            Touch(name);
        Touch("runtimes/win-x64/native/fast.dll");
        Describe($$$$$$$"""
            {"targets": {".NETCoreApp,Version=v10.0": {
              "Kernels/1.0.0": {"dependencies": {"Reflected": "1.0.0"}, "runtime": {"Kernels.dll": {}}},
              "Reflected/1.0.0": {"runtime": {"lib/net8.0/Reflected.dll": {}, "lib/net8.0/Absent.dll": {}}},
              "Fast/1.0.0": {"runtime": {"lib/net8.0/Portable.dll": {}}, "runtimeTargets": {
                "runtimes/{{{{{{{s_platform}}}}}}}/native/libfast.so": {"rid": "{{{{{{{s_platform}}}}}}}", "assetType": "native"},
                "runtimes/unix/lib/Portable.dll": {"rid": "unix", "assetType": "runtime"},
                "runtimes/win-x64/native/fast.dll": {"rid": "win-x64", "assetType": "native"}}}}}}
            """);

        var found = AssemblyDependencies.Of(At("Kernels.dll"));

        Assert.Equal(
            new[] { "Kernels.dll", "Reflected.dll", $"runtimes/{s_platform}/native/libfast.so", "runtimes/unix/lib/Portable.dll" }.Select(At).Order(),
            found.Order());
    }

    [Fact]
    public void Of_NoDescription_IsEmpty() => Assert.Empty(AssemblyDependencies.Of(At("Kernels.dll")));

    [Theory]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("""{"targets": {"a": 1}}""")]
    public void Of_DamagedDescription_IsNamed(string text)
    {
        Describe(text);

        Assert.Contains("Kernels.deps.json is no description", Assert.Throws<GraphException>(() => AssemblyDependencies.Of(At("Kernels.dll"))).Message);
    }

    private string At(string name) => Path.Combine(_directory.FullName, name);

    private void Describe(string text) => File.WriteAllText(At("Kernels.deps.json"), text);

    private void Touch(string name)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(At(name))!);
        File.WriteAllText(At(name), "");
    }
}
