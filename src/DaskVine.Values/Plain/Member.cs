using System.Reflection;
using System.Text;

namespace DaskVine.Values.Plain;

/// <summary>A public property or field of a type.</summary>
internal sealed class Member
{
    private readonly Func<object, object?> _get;
    private readonly Action<object, object?>? _set;

    private Member(string name, Type type, Func<object, object?> get, Action<object, object?>? set)
    {
        (Name, Type, _get, _set) = (name, type, get, set);
        Key = Encoding.UTF8.GetBytes(name);
    }

    public string Name { get; }

    /// <summary>The name as it is in a map.</summary>
    public byte[] Key { get; }

    public Type Type { get; }

    public bool CanBeSet => _set is not null;

    /// <summary>The parameter of the constructor that takes it.</summary>
    public ParameterInfo? Parameter { get; set; }

    public static List<Member> AllOf(Type type)
    {
        const BindingFlags Public = BindingFlags.Public | BindingFlags.Instance;
        List<Member> members = [];
        foreach (var property in type.GetProperties(Public))
        {
            if (property.GetMethod is not { IsPublic: true } getter || property.GetIndexParameters().Length > 0 || property.PropertyType.IsByRefLike
                || members.Exists(member => member.Name == property.Name))
                continue;
            var get = MethodInvoker.Create(getter);
            var set = property.SetMethod is { IsPublic: true } setter ? MethodInvoker.Create(setter) : null;
            members.Add(new Member(
                property.Name, property.PropertyType, target => get.Invoke(target), set is null ? null : (target, value) => set.Invoke(target, value)));
        }

        foreach (var field in type.GetFields(Public))
            members.Add(new Member(field.Name, field.FieldType, field.GetValue, field.IsInitOnly ? null : field.SetValue));
        return members;
    }

    /// <summary>Whether an object of the type is more than its being there.</summary>
    public static bool HasState(Type type) => type.BaseType is { } parent && HasState(parent)
        || type.GetFields(BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.DeclaredOnly).Length > 0;

    public bool IsFor(ParameterInfo parameter) =>
        string.Equals(parameter.Name, Name, StringComparison.OrdinalIgnoreCase) && parameter.ParameterType.IsAssignableFrom(Type);

    public object? Get(object target) => _get(target);

    public void Set(object target, object? value) => _set!(target, value);
}
