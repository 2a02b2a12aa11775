namespace DaskVine.Arrow.Ipc;

/// <summary>Versions of the metadata that are read.</summary>
internal enum MetadataVersion
{
    V4 = 3,
    V5 = 4,
}

/// <summary>What a message carries.</summary>
internal enum MessageKind : byte
{
    None,
    Schema,
    DictionaryBatch,
    RecordBatch,
    Tensor,
    SparseTensor,
}

/// <summary>The types' numbers in metadata.</summary>
internal enum TypeNumber : byte
{
    None,
    Null,
    Int,
    FloatingPoint,
    Binary,
    Utf8,
    Bool,
    Decimal,
    Date,
    Time,
    Timestamp,
    Interval,
    List,
    Struct,
    Union,
    FixedSizeBinary,
    FixedSizeList,
    Map,
    Duration,
    LargeBinary,
    LargeUtf8,
    LargeList,
    RunEndEncoded,
    BinaryView,
    Utf8View,
    ListView,
    LargeListView,
}

/// <summary>The slots of fields in metadata tables.</summary>
internal static class Slots
{
    internal const int MessageVersion = 0;
    internal const int MessageKind = 1;
    internal const int MessageHeader = 2;
    internal const int MessageBodyLength = 3;

    internal const int SchemaEndianness = 0;
    internal const int SchemaFields = 1;
    internal const int SchemaMetadata = 2;

    internal const int FieldName = 0;
    internal const int FieldNullable = 1;
    internal const int FieldTypeNumber = 2;
    internal const int FieldType = 3;
    internal const int FieldDictionary = 4;
    internal const int FieldChildren = 5;
    internal const int FieldMetadata = 6;

    internal const int DictionaryId = 0;
    internal const int DictionaryIndexType = 1;
    internal const int DictionaryIsOrdered = 2;

    internal const int BatchLength = 0;
    internal const int BatchNodes = 1;
    internal const int BatchBuffers = 2;
    internal const int BatchCompression = 3;

    internal const int DictionaryBatchId = 0;
    internal const int DictionaryBatchData = 1;
    internal const int DictionaryBatchIsDelta = 2;

    internal const int FooterVersion = 0;
    internal const int FooterSchema = 1;
    internal const int FooterDictionaries = 2;
    internal const int FooterBatches = 3;
}
