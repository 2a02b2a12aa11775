using System.Diagnostics.CodeAnalysis;

namespace DaskVine.Protocol.MsgPack;

/// <summary>The families of MessagePack values.</summary>
[SuppressMessage("Naming", "CA1720:Identifier contains type name", Justification = "The names are the MessagePack specification's own.")]
public enum MsgPackType
{
    /// <summary>The absent value.</summary>
    Nil,

    /// <summary>True or false.</summary>
    Boolean,

    /// <summary>A signed or unsigned integer of any width.</summary>
    Integer,

    /// <summary>A 32-bit or 64-bit floating-point number.</summary>
    Float,

    /// <summary>UTF-8 text.</summary>
    String,

    /// <summary>Raw bytes.</summary>
    Binary,

    /// <summary>A sequence of values.</summary>
    Array,

    /// <summary>A sequence of key and value pairs.</summary>
    Map,

    /// <summary>Bytes tagged with an application's type number.</summary>
    Extension,
}
