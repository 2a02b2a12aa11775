using System.Text.Json;
using System.Text.Json.Serialization;

namespace DaskVine.Histograms.Forms;

/// <summary>What the metadata of an Arrow table says of its histogram, as JSON under the key <see cref="Key"/>.</summary>
internal sealed record HistForm(int Version, string Storage, bool Variances, AxisForm[] Axes)
{
    internal const string Key = "daskvine.histogram";

    private static readonly JsonSerializerOptions Options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault,
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
    };

    internal string Write() => JsonSerializer.Serialize(this, Options);

    internal static HistForm Read(string json)
    {
        HistForm? form;
        try
        {
            form = JsonSerializer.Deserialize<HistForm>(json, Options);
        }
        catch (JsonException cause)
        {
            throw new HistogramException($"The metadata \"{Key}\" is not that of a histogram: {cause.Message}", cause);
        }

        if (form?.Axes is null || form.Axes.Contains(null))
            throw new HistogramException($"The metadata \"{Key}\" has no axes.");
        return form.Version == 1 ? form : throw new HistogramException($"The histogram has form {form.Version}, and only 1 is known.");
    }
}
